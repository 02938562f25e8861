package io.nextscale.training.inference;

import io.nextscale.shapes.Split;
import io.nextscale.shapes.Task;
import io.nextscale.tensor.io.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * What an experiment measures; it may be begun with a part and go on with more.
 *
 * @param budgets NFE, rising
 * @param captions of each of the six tasks
 * @param split where captions are taken from
 * @param seed of captions, pictures and intervals
 * @param onTheWay whether a search of the largest budget stands for the smaller ones with what it
 *     has on the way, instead of a search of each size; kinds of search that have no complete
 *     picture before their end are searched in each size all the same
 * @param atOnce pictures computed together; it changes time, not results
 * @param sideBySide whether each thread works on a caption of its own, instead of all on the
 *     operations of one; it changes time, not results
 */
public record InferenceSettings(
    List<Long> budgets,
    int captions,
    Split split,
    long seed,
    boolean onTheWay,
    int atOnce,
    boolean sideBySide) {

  /** Checks the ranges. */
  public InferenceSettings {
    budgets = List.copyOf(budgets);
    boolean rises = !budgets.isEmpty() && budgets.getFirst() > 0;
    for (int i = 1; i < budgets.size(); i++) {
      rises &= budgets.get(i) > budgets.get(i - 1);
    }
    if (!rises) {
      throw new IllegalArgumentException(
          "--budgets: rising numbers of NFE, such as 42,84,168,336,672; got " + budgets);
    }
    if (captions < 1 || atOnce < 1) {
      throw new IllegalArgumentException(
          "--captions, --at-once: at least 1; got " + captions + ", " + atOnce);
    }
    if (split == Split.COMPOSITION) {
      throw new IllegalArgumentException(
          "--split: one that has captions of all tasks; got composition");
    }
  }

  /**
   * Budgets at which beams look at 195 pictures, as in the paper, and at half, a quarter, … as
   * many, rounded up: {@code wc K (K+1)/2} NFE, where {@code wc K} is at most 195.
   *
   * @param steps K
   * @param count how many budgets at most; there are no more than candidates
   */
  public static List<Long> budgets(int steps, int count) {
    List<Long> budgets = new ArrayList<>();
    int candidates = Math.max(1, 195 / steps);
    while (candidates > 0 && budgets.size() < count) {
      budgets.addFirst((long) candidates * steps * (steps + 1) / 2);
      candidates = Math.min((candidates + 1) / 2, candidates - 1);
    }
    return budgets;
  }

  /** All captions. */
  int allCaptions() {
    return captions * Task.values().length;
  }

  /** What decides on every result: what may not change when an experiment goes on. */
  SequencedMap<String, Object> fixed() {
    SequencedMap<String, Object> values = new LinkedHashMap<>();
    values.put("budgets", budgets);
    values.put("split", split.name().toLowerCase(Locale.ROOT));
    values.put("seed", seed);
    values.put("on_the_way", onTheWay);
    return values;
  }

  /** The same for people. */
  Json.Obj json() {
    SequencedMap<String, Object> values = fixed();
    values.put("captions_per_task", captions);
    return (Json.Obj) Json.of(values);
  }
}
