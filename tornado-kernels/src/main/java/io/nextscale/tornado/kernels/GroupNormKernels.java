package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Group normalisation of maps (B,P,C), P positions: statistics with one group of items for each
 * image's group of channels, then the rest element by element.
 *
 * <p>All have the same first args: x, weight (C), bias (C), dy, the result, statistics
 * (B,groups,4), P, C, groups, 1 for SiLU; n elements. Numbers: eps. The statistics are mean, {@code
 * 1/√(var + eps)}, and for gradients the means of {@code g = weight·da} and of {@code g·n}.
 */
public final class GroupNormKernels {

  private GroupNormKernels() {}

  /**
   * Mean and deviation.
   *
   * @see io.nextscale.tensor.op.Normalization.GroupNorm
   */
  public static void groupStatistics(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int own = args.get(base + 7) / args.get(base + 8);
    int size = args.get(base + 6) * own;
    int first = first(args, base, context.groupIdx);
    float ofItem = 0;
    for (int i = context.localIdx; i < size; i += Groups.WIDE) {
      ofItem += memory.get(args.get(base) + first + i / own * args.get(base + 7) + i % own);
    }
    float mean = Groups.sum(context, ofItem) / size;
    float squares = 0;
    for (int i = context.localIdx; i < size; i += Groups.WIDE) {
      float x = memory.get(args.get(base) + first + i / own * args.get(base + 7) + i % own) - mean;
      squares += x * x;
    }
    float variance = Groups.sum(context, squares) / size;
    if (context.localIdx == 0) {
      int at = args.get(base + 5) + 4 * context.groupIdx;
      memory.set(at, mean);
      memory.set(at + 1, 1 / TornadoMath.sqrt(variance + numbers.get(base)));
    }
  }

  /** The first element of a group, groups counted through all images. */
  private static int first(IntArray args, int base, int group) {
    int image = group / args.get(base + 8);
    return image * args.get(base + 6) * args.get(base + 7)
        + group % args.get(base + 8) * (args.get(base + 7) / args.get(base + 8));
  }

  /** Where the statistics of element i are. */
  private static int statistics(IntArray args, int base, int i) {
    int image = i / (args.get(base + 6) * args.get(base + 7));
    int group = i % args.get(base + 7) / (args.get(base + 7) / args.get(base + 8));
    return args.get(base + 5) + 4 * (image * args.get(base + 8) + group);
  }

  /**
   * {@code y = n·weight + bias}, or SiLU of it.
   *
   * @see io.nextscale.tensor.op.Normalization.GroupNorm
   */
  public static void groupNorm(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    if (i < args.get(base + 10)) {
      int c = i % args.get(base + 7);
      float n = normalized(args, base, memory, i);
      float a = n * memory.get(args.get(base + 1) + c) + memory.get(args.get(base + 2) + c);
      memory.set(args.get(base + 4) + i, args.get(base + 9) == 1 ? Functions.silu(a) : a);
    }
  }

  private static float normalized(IntArray args, int base, FloatArray memory, int i) {
    int at = statistics(args, base, i);
    return (memory.get(args.get(base) + i) - memory.get(at)) * memory.get(at + 1);
  }

  /** The gradient of {@code n·weight + bias}, before SiLU. */
  private static float affine(IntArray args, int base, FloatArray memory, int i, float n) {
    int c = i % args.get(base + 7);
    float da = memory.get(args.get(base + 3) + i);
    if (args.get(base + 9) == 1) {
      float a = n * memory.get(args.get(base + 1) + c) + memory.get(args.get(base + 2) + c);
      da = Functions.siluGrad(a, da);
    }
    return da;
  }

  /**
   * The means of g and of g·n.
   *
   * @see io.nextscale.tensor.op.Normalization.GroupNormGrad
   */
  public static void groupGradStatistics(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int own = args.get(base + 7) / args.get(base + 8);
    int size = args.get(base + 6) * own;
    int first = first(args, base, context.groupIdx);
    float ofItem = 0;
    float alongItem = 0;
    for (int i = context.localIdx; i < size; i += Groups.WIDE) {
      int at = first + i / own * args.get(base + 7) + i % own;
      float n = normalized(args, base, memory, at);
      float g =
          memory.get(args.get(base + 1) + at % args.get(base + 7))
              * affine(args, base, memory, at, n);
      ofItem += g;
      alongItem += g * n;
    }
    float mean = Groups.sum(context, ofItem) / size;
    float along = Groups.sum(context, alongItem) / size;
    if (context.localIdx == 0) {
      int at = args.get(base + 5) + 4 * context.groupIdx;
      memory.set(at + 2, mean);
      memory.set(at + 3, along);
    }
  }

  /**
   * {@code dx = (g − mean g − n·mean(g·n))/√(var + eps)}.
   *
   * @see io.nextscale.tensor.op.Normalization.GroupNormGrad
   */
  public static void groupNormGrad(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    if (i < args.get(base + 10)) {
      int at = statistics(args, base, i);
      float n = normalized(args, base, memory, i);
      float g =
          memory.get(args.get(base + 1) + i % args.get(base + 7))
              * affine(args, base, memory, i, n);
      float dx = (g - memory.get(at + 2) - n * memory.get(at + 3)) * memory.get(at + 1);
      memory.set(args.get(base + 4) + i, dx);
    }
  }

  /**
   * {@code dweight = Σ da·n} and {@code dbias = Σ da}, one group of items for each channel.
   *
   * @see io.nextscale.tensor.op.Normalization.GroupNormAffineGrad
   */
  public static void groupNormAffineGrad(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int channels = args.get(base + 7);
    float ofWeight = 0;
    float ofBias = 0;
    for (int cell = context.localIdx; cell < args.get(base + 10) / channels; cell += Groups.WIDE) {
      int at = cell * channels + context.groupIdx;
      float n = normalized(args, base, memory, at);
      float da = affine(args, base, memory, at, n);
      ofWeight += da * n;
      ofBias += da;
    }
    float dweight = Groups.sum(context, ofWeight);
    float dbias = Groups.sum(context, ofBias);
    if (context.localIdx == 0) {
      memory.set(args.get(base + 4) + context.groupIdx, dweight);
      memory.set(args.get(base + 4) + channels + context.groupIdx, dbias);
    }
  }
}
