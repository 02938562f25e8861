package io.nextscale.tensor.cpu;

import io.nextscale.tensor.spi.HostBuffer;
import java.util.Arrays;

/** The gradients of {@link Convolution2d} by its input and by its weight. */
final class ConvolutionGradients {

  /** Output channels of a chunk of the weight gradient. */
  private static final int OUTPUTS = 4 * Tiles.ROWS;

  private final Tiles tiles;
  private final Convolution2d convolution;

  ConvolutionGradients(Tiles tiles, Convolution2d convolution) {
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
   * Writes dw (O,C,kh,kw): for each cell of the kernel the product of dyᵀ with the map shifted by
   * that cell. Sums run over images, rows and columns in this order.
   *
   * @param x (B,h,w,C)
   * @param dy (B,h',w',O)
   */
  void weight(ConvolutionShape s, float[] x, float[] dy, float[] dw) {
    PanelGrid grid = PanelGrid.of(s.channels(), tiles);
    int blocks = (s.outputs() + OUTPUTS - 1) / OUTPUTS;
    Parallel.forRange(
        blocks * grid.count() * s.kernelHeight(),
        1,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int u = i % s.kernelHeight();
            int p = i / s.kernelHeight() % grid.count();
            int o = i / s.kernelHeight() / grid.count() * OUTPUTS;
            weightRow(s, x, dy, grid, p, o, Math.min(OUTPUTS, s.outputs() - o), u, dw);
          }
        });
  }

  /** Outputs {@code o .. o + count}, channels of panel p, row u of the kernel. */
  private void weightRow(
      ConvolutionShape s,
      float[] x,
      float[] dy,
      PanelGrid grid,
      int p,
      int o,
      int count,
      int u,
      float[] dw) {
    int stride = grid.stride(p);
    int size = s.kernelWidth() * count * stride;
    float[] sums = Scratch.PRODUCTS.floats(size); // (kw, count, stride)
    Arrays.fill(sums, 0, size, 0f);
    float[] turned = Scratch.TURNED.floats(count * s.columns()); // (count, w')
    for (int line = 0; line < s.batch() * s.rows(); line++) {
      int row = line % s.rows() * s.stride() + u - s.top();
      if (row < 0 || row >= s.height()) {
        continue; // zeros
      }
      Transpose.copy(
          dy,
          line * s.columns() * s.outputs() + o,
          s.outputs(),
          s.columns(),
          count,
          turned,
          0,
          s.columns());
      int cell = (line / s.rows() * s.height() + row) * s.width();
      addLine(s, x, cell, grid, p, turned, count, sums);
    }
    for (int v = 0; v < s.kernelWidth(); v++) {
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < grid.columns(p); j++) {
          int c = p * grid.width() + j;
          int at = (o + i) * s.channels() + c;
          dw[at * s.cells() + u * s.kernelWidth() + v] = sums[(v * count + i) * stride + j];
        }
      }
    }
  }

  /**
   * Adds the products of a row of dy, transposed, with the row of x that begins at {@code cell}.
   */
  private void addLine(
      ConvolutionShape s,
      float[] x,
      int cell,
      PanelGrid grid,
      int p,
      float[] turned,
      int count,
      float[] sums) {
    int stride = grid.stride(p);
    float[] panel = x;
    int p0 = cell * s.channels() + p * grid.width();
    int step = s.channels();
    if (grid.columns(p) < stride) { // a tile would read past the channels: copy them
      panel = Scratch.MAP.floats(s.width() * stride);
      for (int j = 0; j < s.width(); j++) {
        System.arraycopy(x, p0 + j * step, panel, j * stride, grid.columns(p));
      }
      p0 = 0;
      step = stride;
    }
    for (int v = 0; v < s.kernelWidth(); v++) {
      // the columns j of dy whose cell j stride + v - left lies in the map
      int shift = v - s.left();
      int first = Math.max(0, Math.ceilDiv(-shift, s.stride()));
      int end = Math.min(s.columns(), Math.floorDiv(s.width() - 1 - shift, s.stride()) + 1);
      if (first >= end) {
        continue;
      }
      int from = p0 + (first * s.stride() + shift) * step;
      for (int i = 0; i < count; i += Tiles.ROWS) {
        int height = Math.min(Tiles.ROWS, count - i);
        tiles.multiply(
            height,
            stride,
            end - first,
            turned,
            i * s.columns() + first,
            s.columns(),
            panel,
            from,
            s.stride() * step,
            sums,
            (v * count + i) * stride,
            stride,
            true);
      }
    }
  }
}
