package io.nextscale.training.experiment;

/**
 * Student's distribution for whole degrees of freedom ν, where it has a closed form.
 *
 * <p>Source: Abramowitz and Stegun 1964, formulas 26.7.3 and 26.7.4.
 */
final class StudentT {

  /** Halvings of an angle: more than a double has digits. */
  private static final int HALVINGS = 80;

  private StudentT() {}

  /**
   * P(|T| ≤ t) with θ = atan(t / √ν). For odd ν it is 2/π (θ + sin θ (cos θ + 2/3 cos³θ + … )), for
   * even ν it is sin θ (1 + 1/2 cos²θ + 3/8 cos⁴θ + …), both up to the power ν − 2.
   *
   * @param angle θ, 0 .. π/2
   * @param freedom ν, at least 1
   */
  static double within(double angle, int freedom) {
    double cosine = StrictMath.cos(angle);
    boolean odd = freedom % 2 == 1;
    double term = odd ? cosine : 1;
    double sum = 0;
    for (int power = odd ? 1 : 0; power <= freedom - 2; power += 2) {
      sum += term;
      term *= cosine * cosine * (power + 1) / (power + 2);
    }
    double area = StrictMath.sin(angle) * sum;
    return odd ? 2 / Math.PI * (angle + area) : area;
  }

  /** The t with P(|T| ≤ t) = {@code part}. */
  static double quantile(double part, int freedom) {
    double low = 0;
    double high = Math.PI / 2;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (within(middle, freedom) < part) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return Math.sqrt(freedom) * StrictMath.tan((low + high) / 2);
  }
}
