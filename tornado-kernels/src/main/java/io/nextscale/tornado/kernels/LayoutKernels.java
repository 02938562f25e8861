package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Elements moved. Permutation, slice, concatenation, padding and repetition are all the same loop
 * with other strides.
 */
public final class LayoutKernels {

  private LayoutKernels() {}

  /**
   * {@code y[i·t] = x[i·s]} over all index vectors i. Args: x, y, n; extents, the strides s, the
   * strides t, each along {@link Strides#AXES} axes.
   *
   * @see io.nextscale.tensor.op.Layout
   */
  public static void moveFloats(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    if (i < args.get(base + 2)) {
      int from = args.get(base) + Strides.offset(args, base, i, 3, 3 + Strides.AXES);
      int to = args.get(base + 1) + Strides.offset(args, base, i, 3, 3 + 2 * Strides.AXES);
      memory.set(to, memory.get(from));
    }
  }

  /**
   * The same for indices.
   *
   * @see io.nextscale.tensor.op.Layout
   */
  public static void moveWords(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    if (i < args.get(base + 2)) {
      int from = args.get(base) + Strides.offset(args, base, i, 3, 3 + Strides.AXES);
      int to = args.get(base + 1) + Strides.offset(args, base, i, 3, 3 + 2 * Strides.AXES);
      words.set(to, words.get(from));
    }
  }

  /**
   * {@code y = 0}. Args: y, n.
   *
   * @see io.nextscale.tensor.op.Layout.Pad
   */
  public static void zeroFloats(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    if (i < args.get(base + 1)) {
      memory.set(args.get(base) + i, 0f);
    }
  }

  /**
   * {@code y = 0}. Args: y, n.
   *
   * @see io.nextscale.tensor.op.Layout.Pad
   */
  public static void zeroWords(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    if (i < args.get(base + 1)) {
      words.set(args.get(base) + i, 0);
    }
  }
}
