package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One axis of extent n folded: x (outer,n,inner), y (outer,inner). */
public final class ReductionKernels {

  public static final int SUM = 0;
  public static final int MEAN = 1;
  public static final int MAX = 2;

  private ReductionKernels() {}

  /**
   * Folds rows, inner = 1: one group for each. Args: kind, x, y, n.
   *
   * @see io.nextscale.tensor.op.Reduction
   */
  public static void foldRows(
      KernelContext context, IntArray args, FloatArray numbers, FloatArray memory, IntArray words) {
    float[] parts = context.allocateFloatLocalArray(Groups.ROW);
    int kind = args.get(0);
    int n = args.get(3);
    int x = args.get(1) + context.groupIdx * n;
    float value = 0;
    if (kind == MAX) {
      float max = memory.get(x);
      for (int i = context.localIdx; i < n; i += Groups.ROW) {
        max = TornadoMath.max(max, memory.get(x + i));
      }
      value = Groups.max(context, parts, max);
    } else {
      float sum = 0;
      for (int i = context.localIdx; i < n; i += Groups.ROW) {
        sum += memory.get(x + i);
      }
      value = Groups.sum(context, parts, sum);
    }
    if (context.localIdx == 0) {
      memory.set(args.get(2) + context.groupIdx, kind == MEAN ? value / n : value);
    }
  }

  /**
   * Folds columns: one item for each. Args: kind, x, y, n, number of columns outer·inner, inner.
   *
   * @see io.nextscale.tensor.op.Reduction
   */
  public static void foldColumns(
      KernelContext context, IntArray args, FloatArray numbers, FloatArray memory, IntArray words) {
    int column = context.globalIdx;
    if (column < args.get(4)) {
      int kind = args.get(0);
      int n = args.get(3);
      int inner = args.get(5);
      int x = args.get(1) + column / inner * n * inner + column % inner;
      float value = 0;
      if (kind == MAX) {
        value = memory.get(x);
        for (int i = 1; i < n; i++) {
          value = TornadoMath.max(value, memory.get(x + i * inner));
        }
      } else {
        // Kahan's second sum would be optimised away by relaxed arithmetic; blocks of 32 are not.
        for (int from = 0; from < n; from += 32) {
          float block = 0;
          for (int i = from; i < TornadoMath.min(from + 32, n); i++) {
            block += memory.get(x + i * inner);
          }
          value += block;
        }
      }
      memory.set(args.get(2) + column, kind == MEAN ? value / n : value);
    }
  }
}
