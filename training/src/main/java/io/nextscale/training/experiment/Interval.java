package io.nextscale.training.experiment;

import io.nextscale.tensor.io.Json;
import java.util.Arrays;
import java.util.List;

/**
 * An interval of confidence {@value #PERCENT} percent.
 *
 * @param low its lower end
 * @param high its upper end
 */
public record Interval(double low, double high) {

  /** In so many of a hundred repetitions such an interval holds the true value. */
  public static final int PERCENT = 95;

  /** {@link #PERCENT} as a part of 1. */
  static final double CONFIDENCE = PERCENT / 100.0;

  /** Whether a value is inside. */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }

  /**
   * The quantiles of resampled values that leave equal parts out on both sides, with linear
   * interpolation: quantile q of n sorted values is at place q (n − 1). Values that are not finite
   * are left out; NaN where there are no others.
   */
  public static Interval ofQuantiles(double... values) {
    double[] sorted = Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
    double tail = (1 - CONFIDENCE) / 2;
    return new Interval(quantile(sorted, tail), quantile(sorted, 1 - tail));
  }

  private static double quantile(double[] sorted, double part) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double place = part * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  /** Both ends, null where one is not finite. */
  Json json() {
    return new Json.Arr(List.of(number(low), number(high)));
  }

  /** A number, or null where it is not finite. */
  static Json number(double value) {
    return Double.isFinite(value) ? new Json.Real(value) : Json.Null.NULL;
  }
}
