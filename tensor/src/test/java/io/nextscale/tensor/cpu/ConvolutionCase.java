package io.nextscale.tensor.cpu;

import io.nextscale.tensor.spi.HostBuffer;
import java.util.Arrays;

/** Seeded operands of a convolution, and its definition in doubles. */
record ConvolutionCase(ConvolutionShape shape) {

  /** A convolution that keeps the size of the map. */
  static ConvolutionCase same(int batch, int side, int channels, int outputs, int kernel) {
    return of(batch, side, side, channels, outputs, kernel, 1, kernel / 2);
  }

  static ConvolutionCase of(
      int batch,
      int height,
      int width,
      int channels,
      int outputs,
      int kernel,
      int stride,
      int pad) {
    return new ConvolutionCase(
        new ConvolutionShape(
            batch, height, width, channels, outputs, kernel, kernel, stride, pad, pad, pad, pad));
  }

  int outputSize() {
    return shape.batch() * shape.rows() * shape.columns() * shape.outputs();
  }

  float[] x() {
    return Samples.values(shape.batch() * shape.height() * shape.width() * shape.channels(), 1);
  }

  /** (O,C,kh,kw), scaled so that outputs are of order 1. */
  float[] w() {
    float[] w = Samples.values(shape.outputs() * shape.depth(), 2);
    float scale = (float) (1 / Math.sqrt(shape.depth()));
    for (int i = 0; i < w.length; i++) {
      w[i] *= scale;
    }
    return w;
  }

  float[] bias() {
    return Samples.values(shape.outputs(), 3);
  }

  float[] residual() {
    return Samples.values(outputSize(), 4);
  }

  /** The gradient of the result. */
  float[] dy() {
    return Samples.values(outputSize(), 5);
  }

  float[] run(CpuKernels kernels, HostBuffer w, Epilogue epilogue) {
    float[] y = new float[outputSize()];
    Arrays.fill(y, Float.NaN);
    kernels.convolution().run(shape, x(), w, epilogue, y);
    return y;
  }

  /** What to do with the pair of an output and an input or weight that meet. */
  interface Meeting {
    void at(int y, int x, int w);
  }

  /** Visits all products of the convolution by the indices of their elements. */
  void forEachProduct(Meeting meeting) {
    ConvolutionShape s = shape;
    int y = 0;
    for (int b = 0; b < s.batch(); b++) {
      for (int i = 0; i < s.rows(); i++) {
        for (int j = 0; j < s.columns(); j++) {
          for (int o = 0; o < s.outputs(); o++, y++) {
            for (int u = 0; u < s.kernelHeight(); u++) {
              for (int v = 0; v < s.kernelWidth(); v++) {
                int row = i * s.stride() + u - s.top();
                int column = j * s.stride() + v - s.left();
                if (row < 0 || row >= s.height() || column < 0 || column >= s.width()) {
                  continue;
                }
                int x = ((b * s.height() + row) * s.width() + column) * s.channels();
                for (int c = 0; c < s.channels(); c++) {
                  int w = ((o * s.channels() + c) * s.kernelHeight() + u) * s.kernelWidth() + v;
                  meeting.at(y, x + c, w);
                }
              }
            }
          }
        }
      }
    }
  }

  double[] expected() {
    float[] x = x();
    float[] w = w();
    double[] y = new double[outputSize()];
    forEachProduct((yi, xi, wi) -> y[yi] += (double) x[xi] * w[wi]);
    return y;
  }
}
