package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.rowsPerChunk;

/**
 * Rows of n elements scaled to unit length, {@code y = x / max(||x||, eps)}.
 *
 * <p>Entry points: {@link #normalize}, {@link #normalizeGrad}. A result may be written over an
 * argument.
 */
final class L2Norm {

  private L2Norm() {}

  /** y = x / max(||x||, eps). */
  static void normalize(RowKernels k, float[] x, int rows, int n, float eps, float[] y) {
    Parallel.forRange(
        rows,
        rowsPerChunk(n),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            k.divide(x, r * n, y, r * n, n, Math.max(norm(k, x, r * n, n), eps));
          }
        });
  }

  /**
   * The derivative of {@link #normalize}.
   *
   * <p>forward: y = x / ||x||, so: dx = (dy - y Σ dy y) / ||x||; where eps takes the norm's place,
   * y = x / eps, so: dx = dy / eps.
   */
  static void normalizeGrad(
      RowKernels k, float[] x, float[] dy, int rows, int n, float eps, float[] dx) {
    Parallel.forRange(
        rows,
        rowsPerChunk(n),
        (from, to) -> {
          float[] y = new float[n];
          for (int r = from; r < to; r++) {
            int o = r * n;
            float norm = norm(k, x, o, n);
            if (norm < eps) {
              k.divide(dy, o, dx, o, n, eps);
            } else {
              k.divide(x, o, y, 0, n, norm);
              float dot = k.dot(dy, o, y, 0, n);
              k.combine(dy, o, 1f / norm, y, 0, 0f, -dot / norm, 0f, dx, o, n);
            }
          }
        });
  }

  private static float norm(RowKernels k, float[] x, int o, int n) {
    return (float) Math.sqrt(k.dot(x, o, x, o, n));
  }
}
