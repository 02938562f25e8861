package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.rowsPerChunk;

import java.util.Arrays;

/**
 * Sums, means, maxima and their places along one axis: x (outer, n, inner) to y (outer, inner).
 *
 * <p>Entry points: {@link #sum}, {@link #mean}, {@link #max}, {@link #argmax}, and {@link #sumTo},
 * which adds up the axes along which an operand was repeated.
 *
 * <p>Order of a sum: along the last axis (inner = 1) the 32 lanes of {@link RowKernels}; along
 * other axes index by index, in blocks of {@link #BLOCK} indices whose sums are then added in
 * order.
 */
final class AxisReduction {

  /** Indices of an axis that are added one after the other: bounds the error of long sums. */
  private static final int BLOCK = 512;

  /** Columns of a parallel chunk. */
  private static final int COLUMNS = 64;

  private AxisReduction() {}

  /** y = Σ x over the middle axis. */
  static void sum(RowKernels k, float[] x, int outer, int n, int inner, float[] y) {
    if (inner == 1) {
      Parallel.forRange(
          outer,
          rowsPerChunk(n),
          (from, to) -> {
            for (int r = from; r < to; r++) {
              y[r] = k.sum(x, r * n, n);
            }
          });
      return;
    }
    int blocks = Math.max(1, (n + BLOCK - 1) / BLOCK);
    if (blocks == 1) {
      sumBlocks(k, x, outer, n, n, inner, y);
      return;
    }
    float[] partial = new float[outer * blocks * inner]; // (outer, blocks, inner)
    sumBlocks(k, x, outer, n, BLOCK, inner, partial);
    sum(k, partial, outer, blocks, inner, y);
  }

  /** Sums of blocks of the middle axis, to (outer, blocks, inner). */
  private static void sumBlocks(
      RowKernels k, float[] x, int outer, int n, int block, int inner, float[] y) {
    int blocks = block == 0 ? 1 : (n + block - 1) / block;
    int columnChunks = (inner + COLUMNS - 1) / COLUMNS;
    int work = Math.max(1, Math.min(block, n) * Math.min(inner, COLUMNS));
    Parallel.forRange(
        outer * blocks * columnChunks,
        rowsPerChunk(work),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int row = i / columnChunks; // of (outer, blocks)
            int column = i % columnChunks * COLUMNS;
            int width = Math.min(COLUMNS, inner - column);
            int first = row % blocks * block;
            int rows = Math.min(block, n - first);
            int xo = (row / blocks * n + first) * inner + column;
            k.columnSums(x, xo, inner, rows, width, y, row * inner + column);
          }
        });
  }

  /** y = Σ x / n over the middle axis; NaN where n is 0. */
  static void mean(RowKernels k, float[] x, int outer, int n, int inner, float[] y) {
    sum(k, x, outer, n, inner, y);
    for (int i = 0; i < y.length; i++) {
      y[i] /= n;
    }
  }

  /** y = max x over the middle axis as by {@code Math.max}: NaN where there is one. */
  static void max(RowKernels k, float[] x, int outer, int n, int inner, float[] y) {
    Parallel.forRange(
        outer,
        rowsPerChunk(n * inner),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            if (inner == 1) {
              y[r] = k.max(x, r * n, n);
            } else {
              Arrays.fill(y, r * inner, (r + 1) * inner, Float.NEGATIVE_INFINITY);
              for (int i = 0; i < n; i++) {
                k.maximum(x, (r * n + i) * inner, y, r * inner, inner);
              }
            }
          }
        });
  }

  /**
   * The first index of the largest element of each row of n; a NaN is never the largest.
   *
   * @param y (rows); 0 where a row holds nothing but NaNs
   */
  static void argmax(RowKernels k, float[] x, int rows, int n, int[] y) {
    Parallel.forRange(
        rows,
        rowsPerChunk(n),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            y[r] = argmax(k, x, r * n, n);
          }
        });
  }

  /** The first place of the largest element of a row. */
  static int argmax(RowKernels k, float[] x, int o, int n) {
    float largest = k.largest(x, o, n);
    for (int i = 0; i < n; i++) {
      if (x[o + i] == largest) {
        return i;
      }
    }
    return 0;
  }

  /**
   * Adds up x along the axes where {@code to} has extent 1, or no axis: the derivative of repeating
   * an operand to x's shape.
   *
   * @param x of shape {@code dims}
   * @param to extents, aligned with the last of dims; each is that of dims, or 1
   * @param y of shape {@code to}
   */
  static void sumTo(RowKernels k, float[] x, int[] dims, int[] to, float[] y) {
    int inner = 1; // the size of what is kept behind the axes being added
    float[] sum = x;
    for (int axis = dims.length - 1; axis >= 0; ) {
      if (!isSummed(dims, to, axis)) {
        inner *= dims[axis--];
        continue;
      }
      int n = 1;
      while (axis >= 0 && isSummed(dims, to, axis)) {
        n *= dims[axis--];
      }
      if (n != 1) {
        int outer = 1;
        for (int i = 0; i <= axis; i++) {
          outer *= dims[i];
        }
        float[] smaller = outer * inner == y.length ? y : new float[outer * inner];
        sum(k, sum, outer, n, inner, smaller);
        sum = smaller;
      }
    }
    if (sum != y) {
      System.arraycopy(sum, 0, y, 0, y.length);
    }
  }

  private static boolean isSummed(int[] dims, int[] to, int axis) {
    int i = axis - (dims.length - to.length);
    return i < 0 || to[i] == 1;
  }
}
