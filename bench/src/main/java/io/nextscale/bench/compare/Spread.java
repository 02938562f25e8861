package io.nextscale.bench.compare;

import java.util.Arrays;

/**
 * Where the middle half of some numbers lies; between two of them it is interpolated linearly
 * (definition 7 of Hyndman and Fan 1996).
 *
 * @param lower the first quartile
 * @param median the second
 * @param upper the third
 */
public record Spread(double lower, double median, double upper) {

  /** Of at least one number. */
  public static Spread of(double... numbers) {
    if (numbers.length == 0) {
      throw new IllegalArgumentException("spread: at least one number; got none");
    }
    double[] sorted = numbers.clone();
    Arrays.sort(sorted);
    return new Spread(quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75));
  }

  private static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
