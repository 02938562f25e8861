package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.rowsPerChunk;

/**
 * Softmax of rows of n elements, {@code y = e^(x - max x) / Σ e^(x - max x)}, its derivative and
 * its logarithm.
 *
 * <p>Entry points: {@link #softmax}, {@link #softmaxGrad}, {@link #logSoftmax}. A result may be
 * written over an argument. An element -∞ has probability 0; a row with a NaN, an ∞, or nothing but
 * -∞ becomes NaN.
 */
final class Softmax {

  private Softmax() {}

  /** y = softmax x. */
  static void softmax(RowKernels k, float[] x, int rows, int n, float[] y) {
    Parallel.forRange(
        rows,
        rowsPerChunk(n),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            int o = r * n;
            float sum = k.expSum(x, o, y, o, n, k.largest(x, o, n));
            k.scale(y, o, y, o, n, 1f / sum);
          }
        });
  }

  /** dx = y (dy - Σ dy y). */
  static void softmaxGrad(RowKernels k, float[] y, float[] dy, int rows, int n, float[] dx) {
    Parallel.forRange(
        rows,
        rowsPerChunk(n),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            int o = r * n;
            k.timesShifted(y, o, dy, o, k.dot(dy, o, y, o, n), dx, o, n);
          }
        });
  }

  /** y = x - max x - ln Σ e^(x - max x). */
  static void logSoftmax(RowKernels k, float[] x, int rows, int n, float[] y) {
    Parallel.forRange(
        rows,
        rowsPerChunk(n),
        (from, to) -> {
          float[] scratch = new float[n];
          for (int r = from; r < to; r++) {
            int o = r * n;
            float max = k.largest(x, o, n);
            float sum = k.expSum(x, o, scratch, 0, n, max);
            k.normalize(x, o, y, o, n, max, 1f);
            k.normalize(y, o, y, o, n, (float) StrictMath.log(sum), 1f);
          }
        });
  }
}
