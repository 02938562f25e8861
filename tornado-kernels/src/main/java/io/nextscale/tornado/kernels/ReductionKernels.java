package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * One axis of extent n folded: x (outer,n,inner), y (outer,inner).
 *
 * <p>Sums and maxima are kernels of their own: TornadoVM 5.2 takes the result of the wrong loop
 * where both branches of a condition end in one.
 */
public final class ReductionKernels {

  /** Terms of a column that are added up before they are added to the sum. */
  private static final int BLOCK = 32;

  private ReductionKernels() {}

  /**
   * Sums of rows, inner = 1, divided: one group for each. Args: x, y, n, divisor.
   *
   * @see io.nextscale.tensor.op.Reduction.Sum
   * @see io.nextscale.tensor.op.Reduction.Mean
   */
  public static void sumRows(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int n = args.get(base + 2);
    int x = args.get(base) + context.groupIdx * n;
    float ofItem = 0;
    for (int i = context.localIdx; i < n; i += Groups.ROW) {
      ofItem += memory.get(x + i);
    }
    float sum = Groups.sum(context, ofItem);
    if (context.localIdx == 0) {
      memory.set(args.get(base + 1) + context.groupIdx, sum / args.get(base + 3));
    }
  }

  /**
   * The largest elements of rows, inner = 1: one group for each. Args: x, y, n.
   *
   * @see io.nextscale.tensor.op.Reduction.Max
   */
  public static void maxRows(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int n = args.get(base + 2);
    float max = NormalizationKernels.max(context, memory, args.get(base) + context.groupIdx * n, n);
    if (context.localIdx == 0) {
      memory.set(args.get(base + 1) + context.groupIdx, max);
    }
  }

  /**
   * Sums of columns, divided: one item for each. Args: x, y, n, number of columns outer·inner,
   * inner, divisor.
   *
   * @see io.nextscale.tensor.op.Reduction.Sum
   * @see io.nextscale.tensor.op.Reduction.Mean
   */
  public static void sumColumns(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int column = context.globalIdx;
    if (column < args.get(base + 3)) {
      int n = args.get(base + 2);
      int inner = args.get(base + 4);
      int x = args.get(base) + column / inner * n * inner + column % inner;
      float sum = 0;
      for (int from = 0; from < n; from += BLOCK) {
        float block = 0;
        for (int i = from; i < TornadoMath.min(from + BLOCK, n); i++) {
          block += memory.get(x + i * inner);
        }
        sum += block;
      }
      memory.set(args.get(base + 1) + column, sum / args.get(base + 5));
    }
  }

  /**
   * The largest elements of columns: one item for each. Args: x, y, n, number of columns
   * outer·inner, inner.
   *
   * @see io.nextscale.tensor.op.Reduction.Max
   */
  public static void maxColumns(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int column = context.globalIdx;
    if (column < args.get(base + 3)) {
      int n = args.get(base + 2);
      int inner = args.get(base + 4);
      int x = args.get(base) + column / inner * n * inner + column % inner;
      float max = memory.get(x);
      for (int i = 1; i < n; i++) {
        max = Functions.larger(max, memory.get(x + i * inner));
      }
      memory.set(args.get(base + 1) + column, max);
    }
  }
}
