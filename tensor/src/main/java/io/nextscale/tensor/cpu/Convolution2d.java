package io.nextscale.tensor.cpu;

import io.nextscale.tensor.spi.HostBuffer;

/**
 * Two-dimensional convolution of channels-last maps: by {@link WinogradConvolution} where that is
 * quicker, else as matrix products over receptive fields, whose rows lie in the (zero-padded) map
 * one kernel row after the other.
 */
final class Convolution2d {

  /** Outputs of a chunk: so many rows of a product that packing its panel is well repaid. */
  private static final int CELLS = 16 * Tiles.ROWS;

  private final Tiles tiles;
  private final Gemm gemm;
  private final WinogradConvolution winograd;

  Convolution2d(Tiles tiles, Gemm gemm, WinogradConvolution winograd) {
    this.tiles = tiles;
    this.gemm = gemm;
    this.winograd = winograd;
  }

  /** The weight (O,C,kh,kw) in the order in which {@link #run} reads it. */
  PackedWeight pack(int outputs, int channels, int cells, HostBuffer w) {
    return PackedWeight.of(outputs, channels * cells, cells, w, PanelGrid.of(outputs, tiles));
  }

  /**
   * Writes y (B,h',w',O).
   *
   * @param x (B,h,w,C)
   * @param w the weight (O,C,kh,kw) of any real type, or as {@link #pack} returns it
   * @param epilogue bias and residual
   * @param y not an array that is read
   */
  void run(ConvolutionShape s, float[] x, HostBuffer w, Epilogue epilogue, float[] y) {
    if (s.pointwise()) {
      int m = s.batch() * s.height() * s.width();
      gemm.linear(m, s.outputs(), s.channels(), x, w, epilogue, y);
      return;
    }
    PackedWeight packed =
        w instanceof PackedWeight p ? p : pack(s.outputs(), s.channels(), s.cells(), w);
    if (WinogradConvolution.pays(s)) {
      winograd.run(s, x, packed, epilogue, y);
    } else {
      direct(s, x, packed, epilogue, y);
    }
  }

  /** Chunks are blocks of rows of the result, times panels of its channels. */
  private void direct(ConvolutionShape s, float[] x, PackedWeight w, Epilogue epilogue, float[] y) {
    Columns columns = new Columns.Packed(w, tiles);
    int panels = w.grid().count();
    int rows = Math.clamp(CELLS / s.columns(), 1, s.rows());
    int blocks = (s.rows() + rows - 1) / rows;
    Parallel.forRange(
        s.batch() * blocks * panels,
        1,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int row = i / panels % blocks * rows;
            int b = i / panels / blocks;
            rows(s, x, b, row, Math.min(rows, s.rows() - row), i % panels, columns, epilogue, y);
          }
        });
  }

  /** Some rows of the result for one image, panel p. */
  private void rows(
      ConvolutionShape s,
      float[] x,
      int b,
      int row,
      int count,
      int p,
      Columns columns,
      Epilogue epilogue,
      float[] y) {
    int windowRows = (count - 1) * s.stride() + s.kernelHeight();
    int windowColumns = (s.columns() - 1) * s.stride() + s.kernelWidth();
    int rowSize = windowColumns * s.channels();
    float[] window = Scratch.MAP.floats(windowRows * rowSize);
    s.copyWindow(x, b, row * s.stride() - s.top(), -s.left(), windowRows, windowColumns, window, 0);
    LeftRows left =
        new LeftRows(
            window,
            0,
            s.columns(),
            s.stride() * s.channels(),
            s.stride() * rowSize,
            s.depth(),
            Math.max(1, s.kernelWidth() * s.channels()),
            rowSize);
    int start = (b * s.rows() + row) * s.columns();
    PanelProduct.run(tiles, p, start, count * s.columns(), left, columns, epilogue, y);
  }
}
