package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.rowsPerChunk;

/**
 * One index per row of logits, drawn with the probabilities of their softmax.
 *
 * <p>Entry points: {@link #draw}, and {@link #maxima}, with which rows are checked beforehand.
 */
final class TokenDraw {

  private TokenDraw() {}

  /** The largest logit of each row; a NaN where there is one. */
  static float[] maxima(RowKernels k, float[] x, int rows, int n) {
    float[] max = new float[rows];
    AxisReduction.max(k, x, rows, n, 1, max);
    return max;
  }

  /**
   * drawn[r] = argmax_v e^(x_v - max) / q_v, the first on ties; the sum of a softmax is the same
   * for all v.
   *
   * @param x logits (rows, n)
   * @param max of each row, finite
   * @param q exponential numbers of mean 1, (rows, n)
   */
  static void draw(RowKernels k, float[] x, float[] max, float[] q, int n, int[] drawn) {
    Parallel.forRange(
        drawn.length,
        rowsPerChunk(n),
        (from, to) -> {
          float[] e = new float[n];
          for (int r = from; r < to; r++) {
            k.expSum(x, r * n, e, 0, n, max[r]);
            float best = 0;
            int index = 0;
            for (int i = 0; i < n; i++) {
              float ratio = e[i] / q[r * n + i];
              if (ratio > best) {
                best = ratio;
                index = i;
              }
            }
            drawn[r] = index;
          }
        });
  }
}
