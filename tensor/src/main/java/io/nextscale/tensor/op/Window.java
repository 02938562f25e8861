package io.nextscale.tensor.op;

import io.nextscale.tensor.Shape;

/** Where a kernel meets a map: the index arithmetic that the references of convolution share. */
final class Window {

  final int images;
  final int rows; // of the output
  final int columns;
  final int outputs; // channels
  final int channels; // of the input
  final int kernelRows;
  final int kernelColumns;

  private final int height; // of the input
  private final int width;
  private final int stride;
  private final Convolution.Padding padding;

  /** For x (B,h,w,C), w (O,C,kh,kw), y (B,h',w',O). */
  Window(Shape x, Shape w, Shape y, int stride, Convolution.Padding padding) {
    this.images = y.dim(0);
    this.rows = y.dim(1);
    this.columns = y.dim(2);
    this.outputs = y.dim(3);
    this.channels = x.dim(3);
    this.kernelRows = w.dim(2);
    this.kernelColumns = w.dim(3);
    this.height = x.dim(1);
    this.width = x.dim(2);
    this.stride = stride;
    this.padding = padding;
  }

  /** The input cell that output cell (i,j) meets with kernel cell (u,v), or −1 in the padding. */
  int cell(int b, int i, int j, int u, int v) {
    int row = i * stride + u - padding.top();
    int column = j * stride + v - padding.left();
    boolean inside = row >= 0 && row < height && column >= 0 && column < width;
    return inside ? (b * height + row) * width + column : -1;
  }

  /** The place of w[o,c,u,v]. */
  int weight(int o, int c, int u, int v) {
    return ((o * channels + c) * kernelRows + u) * kernelColumns + v;
  }
}
