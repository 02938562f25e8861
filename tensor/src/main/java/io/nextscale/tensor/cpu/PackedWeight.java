package io.nextscale.tensor.cpu;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.spi.HostBuffer;

/**
 * A weight in the panels of {@link PanelGrid}, as products read it, in its own element type: (N,K)
 * of a linear layer, or (O,C,kh,kw) of a convolution with N = O and K = kh kw C.
 *
 * <p>The depth index of a convolution counts cells of the kernel first, then channels, as a
 * receptive field of a channels-last map does: {@code (u kw + v) C + c}.
 */
final class PackedWeight implements HostBuffer.Packed {

  private final PanelGrid grid;
  private final int k;
  private final int cells;
  private final HostBuffer panels;

  private PackedWeight(PanelGrid grid, int k, int cells, HostBuffer panels) {
    this.grid = grid;
    this.k = k;
    this.cells = cells;
    this.panels = panels;
  }

  /**
   * Packs a weight.
   *
   * @param n rows
   * @param k elements of a row
   * @param cells of the kernel of a convolution, else 1; a divisor of k
   * @param w F32, BF16, F16 or I8, row-major
   */
  static PackedWeight of(int n, int k, int cells, HostBuffer w, PanelGrid grid) {
    HostBuffer rows = cells == 1 ? w : turned(w, n, k / cells, cells);
    HostBuffer panels = like(w, Math.multiplyExact(grid.paddedColumns(), k));
    Parallel.forRange(
        grid.count(),
        1,
        (from, to) -> {
          for (int p = from; p < to; p++) {
            int first = p * grid.width() * k;
            transpose(rows, first, k, grid.columns(p), k, panels, first, grid.stride(p));
          }
        });
    return new PackedWeight(grid, k, cells, panels);
  }

  /** Each of n rows, a matrix (rows, columns), as its transpose. */
  private static HostBuffer turned(HostBuffer x, int n, int rows, int columns) {
    HostBuffer y = like(x, x.size());
    int size = rows * columns;
    Parallel.forRange(
        n,
        16,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            transpose(x, i * size, columns, rows, columns, y, i * size, rows);
          }
        });
    return y;
  }

  /** Storage of the same type for {@code size} elements. */
  private static HostBuffer like(HostBuffer x, int size) {
    return switch (x) {
      case HostBuffer.F32 _ -> new HostBuffer.F32(new float[size]);
      case HostBuffer.BF16 _ -> new HostBuffer.BF16(new short[size]);
      case HostBuffer.F16 _ -> new HostBuffer.F16(new short[size]);
      case HostBuffer.I8 i8 -> new HostBuffer.I8(new byte[size], i8.rowScale());
      case HostBuffer.I32 _, HostBuffer.Packed _ ->
          throw new IllegalArgumentException(
              "pack: real numbers, row-major; got " + x.type() + " in " + x.getClass());
    };
  }

  PanelGrid grid() {
    return grid;
  }

  /** The inner extent. */
  int k() {
    return k;
  }

  /** Where depth {@code from} of panel p begins. */
  int start(int p, int from) {
    return p * grid.width() * k + from * grid.stride(p);
  }

  /** The elements, panel by panel. */
  HostBuffer panels() {
    return panels;
  }

  @Override
  public DType type() {
    return panels.type();
  }

  @Override
  public int size() {
    return grid.n() * k;
  }

  @Override
  public HostBuffer unpacked() {
    HostBuffer w = like(panels, size());
    for (int p = 0; p < grid.count(); p++) {
      int first = p * grid.width() * k;
      transpose(panels, first, grid.stride(p), k, grid.columns(p), w, first, k);
    }
    return cells == 1 ? w : turned(w, grid.n(), cells, k / cells);
  }

  /** {@link Transpose#copy} for any element type. */
  private static void transpose(
      HostBuffer x, int x0, int ldx, int rows, int columns, HostBuffer y, int y0, int ldy) {
    if (x instanceof HostBuffer.F32(float[] from) && y instanceof HostBuffer.F32(float[] to)) {
      Transpose.copy(from, x0, ldx, rows, columns, to, y0, ldy);
    } else if (x instanceof HostBuffer.BF16(short[] from)
        && y instanceof HostBuffer.BF16(short[] to)) {
      Transpose.copy(from, x0, ldx, rows, columns, to, y0, ldy);
    } else if (x instanceof HostBuffer.F16(short[] from)
        && y instanceof HostBuffer.F16(short[] to)) {
      Transpose.copy(from, x0, ldx, rows, columns, to, y0, ldy);
    } else if (x instanceof HostBuffer.I8 from && y instanceof HostBuffer.I8 to) {
      Transpose.copy(from.values(), x0, ldx, rows, columns, to.values(), y0, ldy);
    } else {
      throw new IllegalArgumentException("transpose: two buffers of one type; got " + x + ", " + y);
    }
  }
}
