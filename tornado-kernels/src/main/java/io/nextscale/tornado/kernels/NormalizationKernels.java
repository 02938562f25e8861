package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Rows (…,C) put on a common scale: one group for each row. */
public final class NormalizationKernels {

  private NormalizationKernels() {}

  /**
   * {@code y = (x − mean)/√(var + eps)}, then {@code · (1 + scale) + shift} where they are given.
   * Args: x, y, C, scale (B,C), shift (B,C), rows of an image. Numbers: eps.
   *
   * @see io.nextscale.tensor.op.Normalization.LayerNorm
   * @see io.nextscale.tensor.op.Normalization.ModulatedLayerNorm
   */
  public static void layerNorm(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int c = args.get(base + 2);
    int x = args.get(base) + context.groupIdx * c;
    int y = args.get(base + 1) + context.groupIdx * c;
    float mean = sum(context, memory, x, c) / c;
    float variance = squares(context, memory, x, c, mean) / c;
    float deviation = TornadoMath.sqrt(variance + numbers.get(base));
    int image = context.groupIdx / args.get(base + 5) * c;
    for (int i = context.localIdx; i < c; i += Groups.ROW) {
      float n = (memory.get(x + i) - mean) / deviation;
      if (args.get(base + 3) >= 0) {
        float scale = memory.get(args.get(base + 3) + image + i);
        n = n * (1 + scale) + memory.get(args.get(base + 4) + image + i);
      }
      memory.set(y + i, n);
    }
  }

  private static float sum(KernelContext context, FloatArray memory, int x, int c) {
    float sum = 0;
    for (int i = context.localIdx; i < c; i += Groups.ROW) {
      sum += memory.get(x + i);
    }
    return Groups.sum(context, sum);
  }

  /** {@code Σ (x − center)²}. */
  private static float squares(
      KernelContext context, FloatArray memory, int x, int c, float center) {
    float sum = 0;
    for (int i = context.localIdx; i < c; i += Groups.ROW) {
      float d = memory.get(x + i) - center;
      sum += d * d;
    }
    return Groups.sum(context, sum);
  }

  /**
   * {@code dx = (dy − mean dy − n·mean(dy·n))/s}. Args: x, dy, dx, C. Numbers: eps.
   *
   * @see io.nextscale.tensor.op.Normalization.LayerNormGrad
   */
  public static void layerNormGrad(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int c = args.get(base + 3);
    int x = args.get(base) + context.groupIdx * c;
    int dy = args.get(base + 1) + context.groupIdx * c;
    int dx = args.get(base + 2) + context.groupIdx * c;
    float mean = sum(context, memory, x, c) / c;
    float variance = squares(context, memory, x, c, mean) / c;
    float deviation = TornadoMath.sqrt(variance + numbers.get(base));
    float meanOfDy = sum(context, memory, dy, c) / c;
    float along = 0;
    for (int i = context.localIdx; i < c; i += Groups.ROW) {
      along += memory.get(dy + i) * ((memory.get(x + i) - mean) / deviation);
    }
    float meanAlong = Groups.sum(context, along) / c;
    for (int i = context.localIdx; i < c; i += Groups.ROW) {
      float n = (memory.get(x + i) - mean) / deviation;
      memory.set(dx + i, (memory.get(dy + i) - meanOfDy - n * meanAlong) / deviation);
    }
  }

  /**
   * {@code y = x / max(‖x‖, eps)}. Args: x, y, C. Numbers: eps.
   *
   * @see io.nextscale.tensor.op.Normalization.L2Normalize
   */
  public static void l2Normalize(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int c = args.get(base + 2);
    int x = args.get(base) + context.groupIdx * c;
    int y = args.get(base + 1) + context.groupIdx * c;
    float length = TornadoMath.sqrt(squares(context, memory, x, c, 0));
    float divisor = Functions.larger(length, numbers.get(base));
    for (int i = context.localIdx; i < c; i += Groups.ROW) {
      memory.set(y + i, memory.get(x + i) / divisor);
    }
  }

  /**
   * {@code dx = (dy − y Σ dy·y)/‖x‖}, and {@code dy/eps} for rows shorter than eps. Args: x, dy,
   * dx, C. Numbers: eps.
   *
   * @see io.nextscale.tensor.op.Normalization.L2NormalizeGrad
   */
  public static void l2NormalizeGrad(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int c = args.get(base + 3);
    int x = args.get(base) + context.groupIdx * c;
    int dy = args.get(base + 1) + context.groupIdx * c;
    int dx = args.get(base + 2) + context.groupIdx * c;
    float eps = numbers.get(base);
    float length = TornadoMath.sqrt(squares(context, memory, x, c, 0));
    float divisor = Functions.larger(length, eps);
    float dot = 0;
    for (int i = context.localIdx; i < c; i += Groups.ROW) {
      dot += memory.get(dy + i) * (memory.get(x + i) / divisor);
    }
    float total = Groups.sum(context, dot);
    float along = length < eps ? 0 : total;
    for (int i = context.localIdx; i < c; i += Groups.ROW) {
      float y = memory.get(x + i) / divisor;
      memory.set(dx + i, (memory.get(dy + i) - y * along) / divisor);
    }
  }

  /**
   * {@code y = exp(x − max x)/Σ exp(x − max x)}, or its logarithm. Args: x, y, C, whether 1 for the
   * logarithm.
   *
   * @see io.nextscale.tensor.op.Normalization.Softmax
   * @see io.nextscale.tensor.op.Normalization.LogSoftmax
   */
  public static void softmax(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int c = args.get(base + 2);
    int x = args.get(base) + context.groupIdx * c;
    int y = args.get(base + 1) + context.groupIdx * c;
    float max = max(context, memory, x, c);
    float sum = exponentials(context, memory, x, c, max);
    float logSum = TornadoMath.log(sum);
    for (int i = context.localIdx; i < c; i += Groups.ROW) {
      float d = memory.get(x + i) - max;
      memory.set(y + i, args.get(base + 3) == 1 ? d - logSum : TornadoMath.exp(d) / sum);
    }
  }

  /** The largest element of a row. */
  static float max(KernelContext context, FloatArray memory, int x, int c) {
    float max = memory.get(x);
    for (int i = context.localIdx; i < c; i += Groups.ROW) {
      max = Functions.larger(max, memory.get(x + i));
    }
    return Groups.max(context, max);
  }

  /** {@code Σ exp(x − max)} over a row. */
  static float exponentials(KernelContext context, FloatArray memory, int x, int c, float max) {
    float sum = 0;
    for (int i = context.localIdx; i < c; i += Groups.ROW) {
      sum += TornadoMath.exp(memory.get(x + i) - max);
    }
    return Groups.sum(context, sum);
  }

  /**
   * {@code dx = y (dy − Σ dy·y)}. Args: y, dy, dx, C.
   *
   * @see io.nextscale.tensor.op.Normalization.SoftmaxGrad
   */
  public static void softmaxGrad(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int c = args.get(base + 3);
    int y = args.get(base) + context.groupIdx * c;
    int dy = args.get(base + 1) + context.groupIdx * c;
    int dx = args.get(base + 2) + context.groupIdx * c;
    float dot = 0;
    for (int i = context.localIdx; i < c; i += Groups.ROW) {
      dot += memory.get(dy + i) * memory.get(y + i);
    }
    float total = Groups.sum(context, dot);
    for (int i = context.localIdx; i < c; i += Groups.ROW) {
      memory.set(dx + i, memory.get(y + i) * (memory.get(dy + i) - total));
    }
  }
}
