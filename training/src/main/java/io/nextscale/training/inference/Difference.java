package io.nextscale.training.inference;

import io.nextscale.training.experiment.Interval;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntPredicate;

/**
 * A difference of means over the same captions, and what it says.
 *
 * @param mean of it
 * @param interval of the mean
 */
record Difference(double mean, Interval interval) {

  /** Answers. */
  enum Verdict {
    /** The interval is above what was asked. */
    YES("yes"),
    /** The interval is below. */
    NO("no"),
    /** It holds what was asked. */
    UNCLEAR("not distinguishable");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /** Of one value for each caption less another. */
  static Difference of(double[] one, double[] other, Bootstrap bootstrap) {
    return of(one, other, bootstrap, i -> true);
  }

  /** The same of some captions. */
  static Difference of(double[] one, double[] other, Bootstrap bootstrap, IntPredicate counts) {
    double[] each = new double[one.length];
    Arrays.setAll(each, i -> one[i] - other[i]);
    return new Difference(Bootstrap.average(each, counts), bootstrap.mean(each, counts));
  }

  /** Whether it is more than something. */
  Verdict exceeds(double least) {
    return interval.low() > least
        ? Verdict.YES
        : interval.high() < least ? Verdict.NO : Verdict.UNCLEAR;
  }

  /** In points of a hundred: {@code +12.0 [8.1, 16.3]}. */
  String points() {
    return String.format(
        Locale.ROOT,
        "%+.1f [%+.1f, %+.1f]",
        100 * mean,
        100 * interval.low(),
        100 * interval.high());
  }

  /** As it is. */
  String plain() {
    return String.format(
        Locale.ROOT, "%+.3f [%+.3f, %+.3f]", mean, interval.low(), interval.high());
  }
}
