package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Losses, one group for each row of logits. */
public final class LossKernels {

  private LossKernels() {}

  /**
   * {@code y = log Σ exp x − (1 − s) x_t − s · mean x}. Args: x, targets in words, y, V. Numbers:
   * s.
   *
   * @see io.nextscale.tensor.op.Loss.CrossEntropy
   */
  public static void crossEntropy(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int v = args.get(base + 3);
    int x = args.get(base) + context.groupIdx * v;
    float s = numbers.get(base);
    float max = NormalizationKernels.max(context, memory, x, v);
    float sum = NormalizationKernels.exponentials(context, memory, x, v, max);
    float logSum = TornadoMath.log(sum);
    float below = 0; // Σ (x − max)
    for (int i = context.localIdx; i < v; i += Groups.ROW) {
      below += memory.get(x + i) - max;
    }
    float total = Groups.sum(context, below);
    if (context.localIdx == 0) {
      float target = memory.get(x + words.get(args.get(base + 1) + context.groupIdx)) - max;
      float loss = (1 - s) * (logSum - target);
      if (s > 0) {
        loss += s * (logSum - total / v);
      }
      memory.set(args.get(base + 2) + context.groupIdx, loss);
    }
  }

  /**
   * {@code dx_v = dy (p_v − (1 − s)[v = t] − s/V)}. Args: x, targets in words, dy, dx, V. Numbers:
   * s.
   *
   * @see io.nextscale.tensor.op.Loss.CrossEntropyGrad
   */
  public static void crossEntropyGrad(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int v = args.get(base + 4);
    int x = args.get(base) + context.groupIdx * v;
    float s = numbers.get(base);
    float max = NormalizationKernels.max(context, memory, x, v);
    float sum = NormalizationKernels.exponentials(context, memory, x, v, max);
    float dy = memory.get(args.get(base + 2) + context.groupIdx);
    int target = words.get(args.get(base + 1) + context.groupIdx);
    for (int i = context.localIdx; i < v; i += Groups.ROW) {
      float p = TornadoMath.exp(memory.get(x + i) - max) / sum;
      float wanted = i == target ? 1 - s + s / v : s / v;
      memory.set(args.get(base + 3) + context.groupIdx * v + i, dy * (p - wanted));
    }
  }
}
