package io.nextscale.tensor.op;

/**
 * The error function {@code erf(x) = 2/√π ∫₀ˣ e^(−t²) dt} in double precision.
 *
 * <p>Maclaurin's series below 3, the continued fraction of erfc above: both converge to the last
 * bits there (Abramowitz and Stegun, 7.1.5 and 7.1.14).
 */
final class ErrorFunction {

  private ErrorFunction() {}

  static double erf(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    double a = Math.abs(x);
    if (a > 6) {
      return Math.signum(x);
    }
    return Math.signum(x) * (a < 3 ? series(a) : 1 - tail(a));
  }

  /** {@code 2/√π Σ (−1)^n x^(2n+1) / (n! (2n+1))}. */
  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  /** {@code erfc(x) = e^(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + …)))}. */
  private static double tail(double x) {
    double fraction = x;
    for (int n = 60; n > 0; n--) {
      fraction = x + n / 2.0 / fraction;
    }
    return StrictMath.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
  }
}
