package io.nextscale.tensor.cpu;

/**
 * Functions of two tensors, {@code y = f(a, b)}, where an axis of extent 1 (or a missing one) is
 * repeated along the other operand's.
 *
 * <p>Entry point: {@link #apply}.
 *
 * <p>Neighbouring axes on which the same operand is repeated, or neither, are merged into one. What
 * is left is rows: the last merged axis, along which both operands advance or one of them stands
 * still. Equal shapes are thus a single row; x (B,L,C) with a bias (C) is B·L rows of C; (B,L,C)
 * with (B,1,C) likewise; (…,C) with (…,1) is rows with one number each.
 */
final class Broadcast {

  /** Merged extents, outermost first. */
  private final int[] extents;

  /** How far the offset into each operand moves with one step along a merged axis; 0: repeated. */
  private final int[] aSteps;

  private final int[] bSteps;

  private final int axes;

  private Broadcast(int[] aDims, int[] bDims) {
    int rank = Math.max(aDims.length, bDims.length);
    int[] extents = new int[rank];
    int[] aSteps = new int[rank];
    int[] bSteps = new int[rank];
    int axes = 0;
    int aSize = 1;
    int bSize = 1;
    // Filled from the end, innermost axis first, at the end of the arrays.
    for (int i = 1; i <= rank; i++) {
      int a = i <= aDims.length ? aDims[aDims.length - i] : 1;
      int b = i <= bDims.length ? bDims[bDims.length - i] : 1;
      int extent = a == 1 ? b : a;
      if (extent != 1) {
        int at = rank - axes;
        boolean merges = axes > 0 && (a == 1) == (aSteps[at] == 0) && (b == 1) == (bSteps[at] == 0);
        if (merges) {
          extents[at] *= extent;
        } else {
          at--;
          axes++;
          extents[at] = extent;
          aSteps[at] = a == 1 ? 0 : aSize;
          bSteps[at] = b == 1 ? 0 : bSize;
        }
      }
      aSize *= a;
      bSize *= b;
    }
    this.axes = axes;
    this.extents = java.util.Arrays.copyOfRange(extents, rank - axes, rank);
    this.aSteps = java.util.Arrays.copyOfRange(aSteps, rank - axes, rank);
    this.bSteps = java.util.Arrays.copyOfRange(bSteps, rank - axes, rank);
  }

  /**
   * y = f(a, b).
   *
   * @param aDims extents of a
   * @param bDims extents of b; matched with a's from the last, equal or 1
   * @param y of the common shape; may be an operand that has that shape
   */
  static void apply(
      ArithmeticKernels k,
      Arithmetic f,
      float[] a,
      int[] aDims,
      float[] b,
      int[] bDims,
      float[] y) {
    if (y.length == 0) {
      return;
    }
    Broadcast plan = new Broadcast(aDims, bDims);
    Parallel.forRange(y.length, RowKernels.CHUNK, (from, to) -> plan.run(k, f, a, b, y, from, to));
  }

  /** Elements from to to of y, row by row; the first and last row may be parts. */
  private void run(
      ArithmeticKernels k, Arithmetic f, float[] a, float[] b, float[] y, int from, int to) {
    int last = axes - 1;
    int n = axes == 0 ? 1 : extents[last];
    boolean aMoves = axes == 0 || aSteps[last] != 0;
    boolean bMoves = axes == 0 || bSteps[last] != 0;
    int[] index = new int[Math.max(0, last)]; // of the row, on the outer axes
    int ao = 0;
    int bo = 0;
    for (int i = last - 1, row = from / n; i >= 0; i--) {
      index[i] = row % extents[i];
      row /= extents[i];
      ao += index[i] * aSteps[i];
      bo += index[i] * bSteps[i];
    }
    int start = from % n;
    for (int yo = from; yo < to; ) {
      int length = Math.min(n - start, to - yo);
      if (aMoves && bMoves) {
        k.rows(f, a, ao + start, b, bo + start, y, yo, length);
      } else if (aMoves) {
        k.rowAndScalar(f, a, ao + start, b[bo], y, yo, length);
      } else {
        k.scalarAndRow(f, a[ao], b, bo + start, y, yo, length);
      }
      yo += length;
      start = 0;
      for (int i = last - 1; i >= 0; i--) { // the next row
        ao += aSteps[i];
        bo += bSteps[i];
        if (++index[i] < extents[i]) {
          break;
        }
        ao -= index[i] * aSteps[i];
        bo -= index[i] * bSteps[i];
        index[i] = 0;
      }
    }
  }
}
