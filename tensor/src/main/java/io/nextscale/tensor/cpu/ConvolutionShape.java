package io.nextscale.tensor.cpu;

import java.util.Arrays;

/**
 * The sizes of a convolution: x (batch, height, width, channels) with zeros around it, weight
 * (outputs, channels, kernelHeight, kernelWidth), y (batch, {@link #rows}, {@link #columns},
 * outputs).
 *
 * @param top rows of zeros above the map; {@code left}, {@code bottom} and {@code right} alike
 */
record ConvolutionShape(
    int batch,
    int height,
    int width,
    int channels,
    int outputs,
    int kernelHeight,
    int kernelWidth,
    int stride,
    int top,
    int left,
    int bottom,
    int right) {

  /** Rows of y. */
  int rows() {
    return (top + height + bottom - kernelHeight) / stride + 1;
  }

  /** Columns of y. */
  int columns() {
    return (left + width + right - kernelWidth) / stride + 1;
  }

  /** Cells of the kernel. */
  int cells() {
    return kernelHeight * kernelWidth;
  }

  /** Products of an output: cells of the kernel times channels. */
  int depth() {
    return cells() * channels;
  }

  /** Whether the convolution is one matrix product over all cells of all maps. */
  boolean pointwise() {
    return cells() == 1 && stride == 1 && top + left + bottom + right == 0;
  }

  /**
   * Copies a window of image b, zeros where it leaves the map, to y (windowRows, windowColumns, C).
   *
   * @param row the map's row where the window begins, may be negative
   * @param column the map's column where it begins, may be negative
   */
  void copyWindow(
      float[] x, int b, int row, int column, int windowRows, int windowColumns, float[] y, int y0) {
    int from = Math.clamp(-(long) column, 0, windowColumns);
    int to = Math.clamp((long) width - column, from, windowColumns);
    for (int i = 0; i < windowRows; i++) {
      int at = y0 + i * windowColumns * channels;
      int end = at + windowColumns * channels;
      if (row + i < 0 || row + i >= height) {
        Arrays.fill(y, at, end, 0f);
        continue;
      }
      Arrays.fill(y, at, at + from * channels, 0f);
      if (from < to) {
        int source = ((b * height + row + i) * width + column + from) * channels;
        System.arraycopy(x, source, y, at + from * channels, (to - from) * channels);
      }
      Arrays.fill(y, at + to * channels, end, 0f);
    }
  }
}
