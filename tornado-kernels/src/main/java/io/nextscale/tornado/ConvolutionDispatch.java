package io.nextscale.tornado;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Convolution;
import io.nextscale.tensor.op.Convolution.Padding;
import io.nextscale.tornado.kernels.Storage;
import io.nextscale.tornado.kernels.Tiles;

/** Convolutions of maps. */
final class ConvolutionDispatch {

  private ConvolutionDispatch() {}

  static void run(Convolution op, Call call) {
    switch (op) {
      case Convolution.Conv2d(int stride, Padding padding, boolean bias, boolean residual) -> {
        Shape x = call.shape(0);
        Shape w = call.shape(1);
        Shape y = call.out().shape();
        int m = y.size(0, 3);
        int k = x.dim(3) * w.dim(2) * w.dim(3);
        int biasAt = call.at(2, bias);
        int residualAt = call.at(call.in().length - 1, residual);
        Sizes sizes =
            new Sizes(x, y, w.dim(2), w.dim(3), stride, padding, call.at(0), call.result());
        int[] tail = {call.format(1), call.at(1), call.factors(1), biasAt, residualAt, x.dim(0)};
        run(call, Kernel.CONV2D, m, y.dim(3), k, sizes, tail);
      }
      case Convolution.Conv2dGradInput(int stride, Padding padding, int _, int _) -> {
        Shape dy = call.shape(0);
        Shape w = call.shape(1);
        Shape dx = call.out().shape();
        int k = dy.dim(3) * w.dim(2) * w.dim(3);
        Sizes sizes =
            new Sizes(dx, dy, w.dim(2), w.dim(3), stride, padding, call.result(), call.at(0));
        int[] tail = {call.format(1), call.at(1), call.factors(1), -1, -1, dx.dim(0)};
        run(call, Kernel.CONV2D_GRAD_INPUT, dx.size(0, 3), dx.dim(3), k, sizes, tail);
      }
      case Convolution.Conv2dGradWeight(int stride, Padding padding, int height, int width) -> {
        Shape x = call.shape(0);
        Shape dy = call.shape(1);
        int n = x.dim(3) * height * width;
        Sizes sizes = new Sizes(x, dy, height, width, stride, padding, call.at(0), call.at(1));
        int[] tail = {Storage.F32, call.result(), -1, -1, -1, x.dim(0)};
        run(call, Kernel.CONV2D_GRAD_WEIGHT, dy.dim(3), n, dy.size(0, 3), sizes, tail);
      }
    }
  }

  /** What all three kernels know of the maps. */
  private record Sizes(
      Shape x, Shape y, int height, int width, int stride, Padding padding, int xAt, int yAt) {

    int[] args() {
      return new int[] {
        xAt,
        x.dim(1),
        x.dim(2),
        x.dim(3),
        yAt,
        y.dim(1),
        y.dim(2),
        y.dim(3),
        height,
        width,
        stride,
        padding.top(),
        padding.left()
      };
    }
  }

  private static void run(Call call, Kernel kernel, int m, int n, int k, Sizes sizes, int[] tail) {
    int tiles = (n + Tiles.TILE - 1) / Tiles.TILE;
    int groups = tiles * ((m + Tiles.TILE - 1) / Tiles.TILE);
    call.run(kernel, groups, Axes.join(new int[] {m, n, k, tiles}, sizes.args(), tail));
  }
}
