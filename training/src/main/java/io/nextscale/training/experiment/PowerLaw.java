package io.nextscale.training.experiment;

import java.util.Arrays;

/**
 * L = (β N)^α, fitted as the line ln L = α (ln N + ln β) of least squares.
 *
 * <p>The intervals are those of regression: the models' distances from the line are taken as
 * independent draws of one normal distribution, whatever makes them, be it the seed of a training
 * or a line that bends. With x = ln N, y = ln L, n models and s² = Σ (y − ŷ)² / (n − 2):
 *
 * <ul>
 *   <li>exponent: α ± t s / √Sxx with Sxx = Σ (x − x̄)² and the quantile t of Student's
 *       distribution with n − 2 degrees of freedom;
 *   <li>line at x: ŷ ± t s √(1/n + (x − x̄)² / Sxx);
 *   <li>Pearson coefficient: tanh(artanh r ± z / √(n − 3)), Fisher's interval, z = 1.96.
 * </ul>
 *
 * <p>Source: Tian et al. 2024, section 4.2, which gives L and r, without intervals; Fisher 1921.
 *
 * @param count how many models, n
 * @param centre x̄
 * @param height ȳ
 * @param spread Sxx
 * @param exponent α
 * @param scatter s
 * @param pearson r; NaN where all values are equal
 */
public record PowerLaw(
    int count,
    double centre,
    double height,
    double spread,
    double exponent,
    double scatter,
    double pearson) {

  /** The fewest models whose coefficients have intervals. */
  public static final int LEAST = 4;

  /** Quantile of the normal distribution for {@link Interval#PERCENT} percent. */
  private static final double NORMAL = 1.959963984540054;

  /**
   * Fits a law.
   *
   * @param sizes N, at least {@value #LEAST} positive numbers that are not all equal
   * @param values L, as many positive numbers
   * @throws IllegalArgumentException when they are not
   */
  public static PowerLaw fit(double[] sizes, double[] values) {
    int n = sizes.length;
    if (n < LEAST || values.length != n || !arePositive(sizes) || !arePositive(values)) {
      throw new IllegalArgumentException(
          "power law: at least %d sizes and as many values, all positive; got %s and %s"
              .formatted(LEAST, Arrays.toString(sizes), Arrays.toString(values)));
    }
    double[] x = Arrays.stream(sizes).map(StrictMath::log).toArray();
    double[] y = Arrays.stream(values).map(StrictMath::log).toArray();
    double centre = Arrays.stream(x).sum() / n;
    double height = Arrays.stream(y).sum() / n;
    double xx = 0;
    double xy = 0;
    double yy = 0;
    for (int i = 0; i < n; i++) {
      xx += (x[i] - centre) * (x[i] - centre);
      xy += (x[i] - centre) * (y[i] - height);
      yy += (y[i] - height) * (y[i] - height);
    }
    if (xx == 0) {
      throw new IllegalArgumentException(
          "power law: sizes that are not all equal; got " + Arrays.toString(sizes));
    }
    double exponent = xy / xx;
    double rest = 0;
    for (int i = 0; i < n; i++) {
      double distance = y[i] - height - exponent * (x[i] - centre);
      rest += distance * distance;
    }
    double pearson = Math.clamp(xy / Math.sqrt(xx * yy), -1, 1);
    return new PowerLaw(n, centre, height, xx, exponent, Math.sqrt(rest / (n - 2)), pearson);
  }

  private static boolean arePositive(double... values) {
    return Arrays.stream(values).allMatch(value -> value > 0 && Double.isFinite(value));
  }

  /** β, where the exponent is not 0. */
  public double beta() {
    return StrictMath.exp(height / exponent - centre);
  }

  /** The value of the law for a size. */
  public double at(double size) {
    return StrictMath.exp(height + exponent * (StrictMath.log(size) - centre));
  }

  /** Where the law is for a size. */
  public Interval interval(double size) {
    double x = StrictMath.log(size) - centre;
    double reach = quantile() * scatter * Math.sqrt(1.0 / count + x * x / spread);
    double middle = height + exponent * x;
    return new Interval(StrictMath.exp(middle - reach), StrictMath.exp(middle + reach));
  }

  /** Where the exponent is. */
  public Interval exponentInterval() {
    double reach = quantile() * scatter / Math.sqrt(spread);
    return new Interval(exponent - reach, exponent + reach);
  }

  /** Where the Pearson coefficient is. */
  public Interval pearsonInterval() {
    double middle = StrictMath.log((1 + pearson) / (1 - pearson)) / 2; // artanh
    double reach = NORMAL / Math.sqrt(count - 3);
    return new Interval(StrictMath.tanh(middle - reach), StrictMath.tanh(middle + reach));
  }

  private double quantile() {
    return StudentT.quantile(Interval.CONFIDENCE, count - 2);
  }
}
