package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.rowsPerChunk;

/**
 * Layer normalisation of rows of n elements, {@code x̂ = (x - mean) / sqrt(variance + eps)} with
 * the biased variance, and what commonly follows it.
 *
 * <p>Entry points: {@link #normalize} gives x̂, {@link #normalizeGrad} its derivative; {@link
 * #modulate} gives x̂ (1 + scale) + shift, with a scale and shift for each batch element. A result
 * may be written over an argument of its shape.
 *
 * <p>Mean and variance take two passes over a row, so that a large mean does not swallow the
 * variance.
 *
 * @see <a href="https://arxiv.org/abs/1607.06450">Ba et al. 2016</a>
 */
final class LayerNorm {

  private LayerNorm() {}

  /** y = x̂. */
  static void normalize(RowKernels k, float[] x, int rows, int n, float eps, float[] y) {
    Parallel.forRange(
        rows,
        rowsPerChunk(n),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            int o = r * n;
            float mean = k.sum(x, o, n) / n;
            k.normalize(x, o, y, o, n, mean, reciprocalDeviation(k, x, o, n, mean, eps));
          }
        });
  }

  /**
   * y = x̂ (1 + scale) + shift.
   *
   * @param x (batch, rowsPerBatch, n)
   * @param scale (batch, n)
   * @param shift (batch, n)
   */
  static void modulate(
      RowKernels k,
      float[] x,
      float[] scale,
      float[] shift,
      int batch,
      int rowsPerBatch,
      int n,
      float eps,
      float[] y) {
    float[] factor = new float[scale.length];
    for (int i = 0; i < factor.length; i++) {
      factor[i] = 1f + scale[i];
    }
    Parallel.forRange(
        batch * rowsPerBatch,
        rowsPerChunk(n),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            int o = r * n;
            int b = r / rowsPerBatch * n;
            float mean = k.sum(x, o, n) / n;
            float s = reciprocalDeviation(k, x, o, n, mean, eps);
            k.normalizeAffine(x, o, y, o, n, mean, s, factor, b, shift, b);
          }
        });
  }

  /**
   * dx from dy.
   *
   * <p>forward: x̂ = (x - mean) s with s = 1 / sqrt(variance + eps); mean and variance depend on
   * every element, so: dx = s (dy - mean(dy) - x̂ mean(dy x̂)).
   */
  static void normalizeGrad(
      RowKernels k, float[] x, float[] dy, int rows, int n, float eps, float[] dx) {
    Parallel.forRange(
        rows,
        rowsPerChunk(n),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            int o = r * n;
            float mean = k.sum(x, o, n) / n;
            float s = reciprocalDeviation(k, x, o, n, mean, eps);
            float meanDy = k.sum(dy, o, n) / n;
            float meanProduct = k.normalizedDot(x, o, mean, s, dy, o, n) / n;
            k.combine(dy, o, s, x, o, mean, -s * s * meanProduct, -s * meanDy, dx, o, n);
          }
        });
  }

  /** 1 / sqrt(variance + eps) of a row. */
  private static float reciprocalDeviation(
      RowKernels k, float[] x, int o, int n, float mean, float eps) {
    double variance = (double) k.squaredDeviations(x, o, n, mean) / n;
    return (float) (1 / Math.sqrt(variance + eps));
  }
}
