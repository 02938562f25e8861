package io.nextscale.training.learner;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.ToIntFunction;

/** Lessons by their numbers. */
final class Lots {

  /** Lessons measured together. */
  private static final int MEASURED = 50;

  private Lots() {}

  /** The lessons {@code first .. first + count − 1}. */
  static <T> List<T> of(long first, int count, LongFunction<T> lesson) {
    List<T> lessons = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lessons.add(lesson.apply(first + i));
    }
    return lessons;
  }

  /**
   * The percentage of the first {@code count} lessons that are judged right.
   *
   * @param right how many of some lessons are
   */
  static <T> double percent(int count, LongFunction<T> lesson, ToIntFunction<List<T>> right) {
    int sum = 0;
    for (int first = 0; first < count; first += MEASURED) {
      sum += right.applyAsInt(of(first, Math.min(MEASURED, count - first), lesson));
    }
    return 100.0 * sum / count;
  }

  /** How many of the first numbers are larger than their partners. */
  static int larger(float[] better, float[] worse) {
    int count = 0;
    for (int i = 0; i < better.length; i++) {
      count += better[i] > worse[i] ? 1 : 0;
    }
    return count;
  }
}
