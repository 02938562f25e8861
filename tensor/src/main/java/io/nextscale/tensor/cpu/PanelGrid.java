package io.nextscale.tensor.cpu;

/**
 * How the N columns of a right operand are cut into panels: as many of {@code width} columns as
 * fit, and a last one filled up with zeros to {@code narrow} or {@code width} columns.
 *
 * <p>Packed, panel p holds its columns depth by depth, (K, {@link #stride}), and begins at {@code p
 * * width * K}.
 */
record PanelGrid(int n, int width, int narrow) {

  static PanelGrid of(int n, Tiles tiles) {
    return new PanelGrid(n, tiles.width(), tiles.narrowWidth());
  }

  /** The number of panels. */
  int count() {
    return (n + width - 1) / width;
  }

  /** The number of columns of panel p that the matrix has. */
  int columns(int p) {
    return Math.min(width, n - p * width);
  }

  /** The number of columns of panel p, zeros included. */
  int stride(int p) {
    return columns(p) <= narrow ? narrow : width;
  }

  /** The number of columns of all panels, zeros included. */
  int paddedColumns() {
    int last = count() - 1;
    return last < 0 ? 0 : last * width + stride(last);
  }
}
