package io.nextscale.tensor.cpu;

import io.nextscale.tensor.spi.HostBuffer;
import java.util.Arrays;

/** The gradients of {@link Convolution2d} by its input and by its weight. */
final class ConvolutionGradients {

  /** Output channels of a chunk of the weight gradient. */
  private static final int OUTPUTS = 2 * Tiles.ROWS;

  private final Tiles tiles;
  private final Convolution2d convolution;
  private final WinogradWeightGradient winograd;

  ConvolutionGradients(Tiles tiles, Convolution2d convolution, WinogradWeightGradient winograd) {
    this.winograd = winograd;
    this.tiles = tiles;
    this.convolution = convolution;
  }

  /**
   * Writes dx (B,h,w,C): dy spread out to the cells it came from is a convolution of dy, with
   * stride - 1 zeros between its cells and kernel - 1 around them, by the weight turned by half a
   * turn and with its channels exchanged.
   *
   * @param s the sizes of the forward convolution
   * @param dy (B,h',w',O)
   * @param w (O,C,kh,kw)
   */
  void input(ConvolutionShape s, float[] dy, float[] w, float[] dx) {
    int top = s.kernelHeight() - 1 - s.top();
    int left = s.kernelWidth() - 1 - s.left();
    int bottom = s.height() + s.kernelHeight() - 1 - top - s.rows();
    int right = s.width() + s.kernelWidth() - 1 - left - s.columns();
    float[] map = dy;
    ConvolutionShape turned;
    if (s.stride() == 1 && Math.min(Math.min(top, left), Math.min(bottom, right)) >= 0) {
      turned = backwards(s, s.rows(), s.columns(), top, left, bottom, right);
    } else {
      map = spread(s, dy, top, left);
      int height = s.height() + s.kernelHeight() - 1;
      turned = backwards(s, height, s.width() + s.kernelWidth() - 1, 0, 0, 0, 0);
    }
    HostBuffer weight = new HostBuffer.F32(turned(s, w));
    convolution.run(turned, map, weight, Epilogue.NONE, dx);
  }

  /** A convolution of maps with the forward's outputs to maps with its channels. */
  private static ConvolutionShape backwards(
      ConvolutionShape s, int height, int width, int top, int left, int bottom, int right) {
    return new ConvolutionShape(
        s.batch(),
        height,
        width,
        s.outputs(),
        s.channels(),
        s.kernelHeight(),
        s.kernelWidth(),
        1,
        top,
        left,
        bottom,
        right);
  }

  /** dy with zeros between its cells and around them, (B, h + kh - 1, w + kw - 1, O). */
  private static float[] spread(ConvolutionShape s, float[] dy, int top, int left) {
    int height = s.height() + s.kernelHeight() - 1;
    int width = s.width() + s.kernelWidth() - 1;
    int outputs = s.outputs();
    float[] map = new float[s.batch() * height * width * outputs];
    Parallel.forRange(
        s.batch() * s.rows(),
        8,
        (from, to) -> {
          for (int line = from; line < to; line++) {
            int row = top + line % s.rows() * s.stride();
            int at = (line / s.rows() * height + row) * width;
            for (int j = 0; j < s.columns(); j++) {
              int column = left + j * s.stride();
              if (row >= 0 && row < height && column >= 0 && column < width) {
                int cell = line * s.columns() + j;
                System.arraycopy(dy, cell * outputs, map, (at + column) * outputs, outputs);
              }
            }
          }
        });
    return map;
  }

  /** {@code y[c,o,kh-1-u,kw-1-v] = w[o,c,u,v]}. */
  private static float[] turned(ConvolutionShape s, float[] w) {
    int cells = s.cells();
    float[] y = new float[w.length];
    Parallel.forRange(
        s.channels(),
        8,
        (from, to) -> {
          for (int c = from; c < to; c++) {
            for (int o = 0; o < s.outputs(); o++) {
              int source = (o * s.channels() + c) * cells;
              int target = (c * s.outputs() + o) * cells;
              for (int i = 0; i < cells; i++) {
                y[target + cells - 1 - i] = w[source + i];
              }
            }
          }
        });
    return y;
  }

  /**
   * Writes dw (O,C,kh,kw).
   *
   * @param x (B,h,w,C)
   * @param dy (B,h',w',O)
   */
  void weight(ConvolutionShape s, float[] x, float[] dy, float[] dw) {
    if (WinogradWeightGradient.pays(s)) {
      winograd.run(s, x, dy, dw);
    } else {
      direct(s, x, dy, dw);
    }
  }

  /**
   * For each row of the kernel a product of dyᵀ with the windows of that height, one row, whose
   * cells and channels lie next to one another in the map. Sums run over images, rows and columns
   * in this order.
   */
  private void direct(ConvolutionShape s, float[] x, float[] dy, float[] dw) {
    int blocks = (s.outputs() + OUTPUTS - 1) / OUTPUTS;
    Parallel.forRange(
        blocks * s.kernelHeight(),
        1,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int block = i / s.kernelHeight();
            int o = s.outputs() * block / blocks;
            int count = s.outputs() * (block + 1) / blocks - o;
            weightRow(s, x, dy, o, count, i % s.kernelHeight(), dw);
          }
        });
  }

  /** Outputs {@code o .. o + count}, row u of the kernel. */
  private void weightRow(
      ConvolutionShape s, float[] x, float[] dy, int o, int count, int u, float[] dw) {
    PanelGrid grid = PanelGrid.of(s.kernelWidth() * s.channels(), tiles);
    int padded = grid.paddedColumns();
    int size = count * padded;
    float[] sums = Scratch.PRODUCTS.floats(size); // (count, padded)
    Arrays.fill(sums, 0, size, 0f);
    int width = (s.columns() - 1) * s.stride() + s.kernelWidth();
    // tiles read past the last window, up to the end of their panel
    float[] window = Scratch.MAP.floats(width * s.channels() + padded); // (width, C)
    Arrays.fill(window, width * s.channels(), width * s.channels() + padded, 0f);
    for (int line = 0; line < s.batch() * s.rows(); line++) {
      int row = line % s.rows() * s.stride() + u - s.top();
      if (row < 0 || row >= s.height()) {
        continue; // zeros
      }
      s.copyWindow(x, line / s.rows(), row, -s.left(), 1, width, window, 0);
      int cell = line * s.columns();
      for (int p = 0; p < grid.count(); p++) {
        addLine(s, dy, cell * s.outputs() + o, count, window, grid, p, sums);
      }
    }
    for (int i = 0; i < count; i++) {
      for (int v = 0; v < s.kernelWidth(); v++) {
        for (int c = 0; c < s.channels(); c++) {
          int at = (o + i) * s.channels() + c;
          dw[at * s.cells() + u * s.kernelWidth() + v] = sums[i * padded + v * s.channels() + c];
        }
      }
    }
  }

  /** Adds the products of a row of dy, transposed, with panel p of the windows of a row of x. */
  private void addLine(
      ConvolutionShape s,
      float[] dy,
      int dy0,
      int count,
      float[] window,
      PanelGrid grid,
      int p,
      float[] sums) {
    int padded = grid.paddedColumns();
    int column = p * grid.width();
    int groups = (count + Tiles.ROWS - 1) / Tiles.ROWS;
    for (int group = 0; group < groups; group++) {
      int i = count * group / groups;
      int height = count * (group + 1) / groups - i;
      tiles.multiply(
          height,
          grid.stride(p),
          s.columns(),
          dy,
          dy0 + i,
          1,
          s.outputs(),
          window,
          column,
          s.stride() * s.channels(),
          sums,
          i * padded + column,
          padded,
          true);
    }
  }
}
