package io.nextscale.tensor.op;

/** Sums over one row {@code x[o .. o+c)} in double precision, for the references. */
final class RowSums {

  private RowSums() {}

  static double mean(float[] x, int o, int c) {
    double sum = 0;
    for (int i = o; i < o + c; i++) {
      sum += x[i];
    }
    return sum / c;
  }

  /** The biased variance. */
  static double variance(float[] x, int o, int c, double mean) {
    double sum = 0;
    for (int i = o; i < o + c; i++) {
      sum += (x[i] - mean) * (x[i] - mean);
    }
    return sum / c;
  }

  static double dot(float[] x, float[] y, int o, int c) {
    double sum = 0;
    for (int i = o; i < o + c; i++) {
      sum += (double) x[i] * y[i];
    }
    return sum;
  }

  static double max(float[] x, int o, int c) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = o; i < o + c; i++) {
      max = Math.max(max, x[i]);
    }
    return max;
  }

  /** {@code log Σ exp x}, with the largest element taken out so that nothing overflows. */
  static double logSumExp(float[] x, int o, int c) {
    double max = max(x, o, c);
    double sum = 0;
    for (int i = o; i < o + c; i++) {
      sum += StrictMath.exp(x[i] - max);
    }
    return max + StrictMath.log(sum);
  }
}
