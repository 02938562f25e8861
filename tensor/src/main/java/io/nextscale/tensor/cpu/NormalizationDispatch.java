package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.ROWS;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Normalization;
import io.nextscale.tensor.spi.Operand;
import org.jspecify.annotations.Nullable;

/** Chooses the kernel of each operation of {@link Normalization}. */
final class NormalizationDispatch {

  private NormalizationDispatch() {}

  static void run(Normalization op, Operand[] in, Operand out) {
    Shape shape = in[0].shape();
    int rows = shape.size(0, shape.rank() - 1);
    int n = shape.dim(-1);
    float[] x = in[0].floats();
    float[] y = out.floats();
    switch (op) {
      case Normalization.Softmax _ -> Softmax.softmax(ROWS, x, rows, n, y);
      case Normalization.SoftmaxGrad _ ->
          Softmax.softmaxGrad(ROWS, x, in[1].floats(), rows, n, y); // x is softmax's result
      case Normalization.LogSoftmax _ -> Softmax.logSoftmax(ROWS, x, rows, n, y);
      case Normalization.LayerNorm(float eps) -> LayerNorm.normalize(ROWS, x, rows, n, eps, y);
      case Normalization.ModulatedLayerNorm(float eps) -> {
        float[] scale = in[1].floats();
        float[] shift = in[2].floats();
        LayerNorm.modulate(ROWS, x, scale, shift, shape.dim(0), shape.dim(1), n, eps, y);
      }
      case Normalization.LayerNormGrad(float eps) ->
          LayerNorm.normalizeGrad(ROWS, x, in[1].floats(), rows, n, eps, y);
      case Normalization.GroupNorm(int groups, float eps, boolean silu) ->
          GroupNorm.forward(
              ROWS,
              x,
              in[1].floats(),
              in[2].floats(),
              shape.dim(0),
              shape.size(1, shape.rank() - 1),
              n,
              groups,
              eps,
              silu,
              y);
      case Normalization.GroupNormGrad(int groups, float eps, boolean silu) ->
          groupNormGrad(in, groups, eps, silu, y, null);
      case Normalization.GroupNormAffineGrad(int groups, float eps, boolean silu) ->
          groupNormGrad(in, groups, eps, silu, null, y);
      case Normalization.L2Normalize(float eps) -> L2Norm.normalize(ROWS, x, rows, n, eps, y);
      case Normalization.L2NormalizeGrad(float eps) ->
          L2Norm.normalizeGrad(ROWS, x, in[1].floats(), rows, n, eps, y);
    }
  }

  private static void groupNormGrad(
      Operand[] in,
      int groups,
      float eps,
      boolean silu,
      float @Nullable [] dx,
      float @Nullable [] dAffine) {
    Shape shape = in[0].shape();
    GroupNormGrad.backward(
        ROWS,
        in[0].floats(),
        in[1].floats(),
        in[2].floats(),
        in[3].floats(),
        shape.dim(0),
        shape.size(1, shape.rank() - 1),
        shape.dim(-1),
        groups,
        eps,
        silu,
        dx,
        dAffine);
  }
}
