package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.rowsPerChunk;

/**
 * Cross-entropy of rows of logits with smoothed labels, {@code (1 - s)(-ln p_t) + s mean_v(-ln
 * p_v)} with p = softmax x and target t, and its gradient.
 *
 * <p>Entry points: {@link #loss} and {@link #grad}. Targets are in range.
 */
final class CrossEntropy {

  private CrossEntropy() {}

  /**
   * One loss per row.
   *
   * @param x logits (loss.length, classes)
   * @param smoothing s, 0 to 1
   */
  static void loss(
      RowKernels k, float[] x, int[] targets, int classes, float smoothing, float[] loss) {
    Parallel.forRange(
        loss.length,
        rowsPerChunk(classes),
        (from, to) -> {
          float[] scratch = new float[classes];
          for (int r = from; r < to; r++) {
            int o = r * classes;
            float max = k.largest(x, o, classes);
            double logSum = StrictMath.log(k.expSum(x, o, scratch, 0, classes, max));
            double sum = (1.0 - smoothing) * (logSum + max - x[o + targets[r]]);
            if (smoothing != 0) { // a logit of -∞ only counts where labels are smoothed
              k.normalize(x, o, scratch, 0, classes, max, 1f);
              sum += smoothing * (logSum - (double) k.sum(scratch, 0, classes) / classes);
            }
            loss[r] = (float) sum;
          }
        });
  }

  /**
   * dx = dy (p - (1 - s) [v = t] - s / classes).
   *
   * @param dy one for each row
   */
  static void grad(
      RowKernels k,
      ArithmeticKernels arithmetic,
      float[] x,
      int[] targets,
      float[] dy,
      int classes,
      float smoothing,
      float[] dx) {
    Parallel.forRange(
        targets.length,
        rowsPerChunk(classes),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            int o = r * classes;
            float sum = k.expSum(x, o, dx, o, classes, k.largest(x, o, classes));
            float target = dx[o + targets[r]] / sum; // its probability
            k.scale(dx, o, dx, o, classes, dy[r] / sum);
            double share = (double) smoothing / classes;
            if (smoothing != 0) {
              float common = (float) (dy[r] * share);
              arithmetic.rowAndScalar(Arithmetic.MINUS, dx, o, common, dx, o, classes);
            }
            dx[o + targets[r]] = (float) (dy[r] * (target - (1.0 - smoothing) - share));
          }
        });
  }
}
