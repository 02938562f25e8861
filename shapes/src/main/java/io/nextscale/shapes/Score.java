package io.nextscale.shapes;

/**
 * How many of some pictures were judged right.
 *
 * @param right at most {@code of}
 * @param of at least 1
 */
public record Score(int right, int of) {

  /** The 97.5 % quantile of the standard normal distribution. */
  private static final double Z = 1.959963984540054;

  /** Checks the ranges. */
  public Score {
    if (of < 1 || right < 0 || right > of) {
      throw new IllegalArgumentException(
          "score: 0 <= right <= of, of at least one; got " + right + " of " + of);
    }
  }

  /** The share, 0 .. 1. */
  public double share() {
    return (double) right / of;
  }

  /**
   * The lower end of the 95 % interval of Wilson 1927, which is right also near 0 and 1.
   *
   * <pre>{@code (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)}</pre>
   */
  public double low() {
    return end(-1);
  }

  /** The upper end of the interval. */
  public double high() {
    return end(1);
  }

  private double end(int sign) {
    double p = share();
    double z2 = Z * Z / of;
    double radius = Z * StrictMath.sqrt(p * (1 - p) / of + z2 / (4.0 * of));
    return Math.clamp((p + z2 / 2 + sign * radius) / (1 + z2), 0, 1);
  }
}
