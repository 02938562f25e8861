package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** From logits to a token, one group for each row. */
public final class SamplingKernels {

  /** What {@link #draw} gives for a row whose largest logit is not finite. */
  public static final int NOTHING = -1;

  /** Halvings after which nothing but equal logits is left of any interval that matters. */
  private static final int HALVINGS = 64;

  private SamplingKernels() {}

  /**
   * Logits with all but the k largest, and of these all but the nucleus of probability p, removed.
   *
   * <p>Both thresholds are found by halving an interval, counting or summing what lies beyond its
   * middle; a sort would keep a group busy much longer. Args: x, y, V, k or 0. Numbers: p or 0, and
   * −∞, which removed logits become.
   *
   * @see io.nextscale.tensor.op.Sampling.TopKTopP
   */
  public static void topKTopP(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int v = args.get(base + 2);
    int x = args.get(base) + context.groupIdx * v;
    int y = args.get(base + 1) + context.groupIdx * v;
    float max = NormalizationKernels.max(context, memory, x, v);
    float least = atLeast(context, memory, x, v, Groups.LOWEST);
    if (args.get(base + 3) > 0 && args.get(base + 3) < v) {
      least = largest(context, memory, x, v, args.get(base + 3), least, max);
    }
    float threshold = least;
    int ties = 0; // of the logits at the threshold, how many go
    if (numbers.get(base) > 0) {
      float all = mass(context, memory, x, v, least, -2 * Groups.LOWEST, max);
      float limit = (1 - numbers.get(base)) * all;
      threshold = nucleus(context, memory, x, v, limit, least, max);
      float below = mass(context, memory, x, v, least, threshold, max);
      float each = TornadoMath.exp(threshold - max);
      float others = count(context, memory, x, v, threshold) - 1; // the largest stays
      while (ties < others && !(below + each > limit)) {
        below += each;
        ties++;
      }
    }
    for (int i = context.localIdx; i < v; i += Groups.ROW) {
      float value = memory.get(x + i);
      float kept = value > threshold ? value : numbers.get(base + 1);
      if (value == threshold) {
        int before = ties > 0 ? i : 0;
        int rank = 0; // among equal logits
        for (int j = 0; j < before; j++) {
          rank += memory.get(x + j) == threshold ? 1 : 0;
        }
        kept = rank < ties ? numbers.get(base + 1) : value;
      }
      memory.set(y + i, kept);
    }
  }

  /** The k-th largest of the logits between low and high, their smallest and largest. */
  private static float largest(
      KernelContext context, FloatArray memory, int x, int v, int k, float low, float high) {
    float from = low; // k logits or more are at least this
    float to = high;
    float ofHigh = count(context, memory, x, v, high);
    for (int i = 0; i < HALVINGS; i++) {
      float middle = from + 0.5f * (to - from);
      float count = count(context, memory, x, v, middle);
      from = count < k ? from : middle;
      to = count < k ? middle : to;
    }
    float found = atLeast(context, memory, x, v, from);
    return ofHigh < k ? found : high;
  }

  /** The largest logit that has at most {@code limit} of exponentials below it. */
  private static float nucleus(
      KernelContext context, FloatArray memory, int x, int v, float limit, float low, float high) {
    float from = low;
    float to = high;
    float ofHigh = mass(context, memory, x, v, low, high, high);
    for (int i = 0; i < HALVINGS; i++) {
      float middle = from + 0.5f * (to - from);
      float mass = mass(context, memory, x, v, low, middle, high);
      from = mass > limit ? from : middle;
      to = mass > limit ? middle : to;
    }
    float found = atLeast(context, memory, x, v, from);
    return ofHigh > limit ? found : high;
  }

  /** How many logits are at least a bound. */
  private static float count(KernelContext context, FloatArray memory, int x, int v, float bound) {
    float count = 0;
    for (int i = context.localIdx; i < v; i += Groups.ROW) {
      count += memory.get(x + i) < bound ? 0 : 1;
    }
    return Groups.sum(context, count);
  }

  /** The smallest logit that is at least a bound. */
  private static float atLeast(
      KernelContext context, FloatArray memory, int x, int v, float bound) {
    float smallest = -Groups.LOWEST;
    for (int i = context.localIdx; i < v; i += Groups.ROW) {
      float value = memory.get(x + i);
      smallest = value < bound ? smallest : TornadoMath.min(smallest, value);
    }
    return -Groups.max(context, -smallest);
  }

  /** {@code Σ exp(x − max)} over the logits from low to below high. */
  private static float mass(
      KernelContext context, FloatArray memory, int x, int v, float low, float high, float max) {
    float sum = 0;
    for (int i = context.localIdx; i < v; i += Groups.ROW) {
      float value = memory.get(x + i);
      float e = value < high ? TornadoMath.exp(value - max) : 0;
      sum += value < low ? 0 : e;
    }
    return Groups.sum(context, sum);
  }

  /**
   * {@code argmax exp(x − max x)/q}, the first on ties, or {@link #NOTHING}. Args: x, q, the result
   * in words, V.
   *
   * @see io.nextscale.tensor.op.Sampling.Draw
   */
  public static void draw(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int v = args.get(base + 3);
    int x = args.get(base) + context.groupIdx * v;
    int q = args.get(base + 1) + context.groupIdx * v;
    float max = NormalizationKernels.max(context, memory, x, v);
    float best = -1;
    int index = v;
    for (int i = context.localIdx; i < v; i += Groups.ROW) {
      float ratio = TornadoMath.exp(memory.get(x + i) - max) / memory.get(q + i);
      if (ratio > best) {
        best = ratio;
        index = i;
      }
    }
    int drawn = Groups.indexOfMax(context, best, index);
    int ofFinite = TornadoMath.abs(max) < 3e38f ? drawn : NOTHING;
    if (context.localIdx == 0) {
      words.set(args.get(base + 2) + context.groupIdx, ofFinite);
    }
  }
}
