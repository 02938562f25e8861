package io.nextscale.training.inference;

import io.nextscale.shapes.Task;
import io.nextscale.tensor.RandomStream;
import io.nextscale.training.experiment.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Intervals of means over captions: captions are drawn again with replacement, within each task as
 * many as there are, {@value #RESAMPLES} times and the same for all means (percentile bootstrap,
 * Efron 1979, stratified).
 */
final class Bootstrap {

  static final int RESAMPLES = 1000;

  private final int[][] draws;

  /**
   * Of captions.
   *
   * @param captions their numbers
   */
  Bootstrap(List<Integer> captions, long seed) {
    Map<Task, List<Integer>> rows = new EnumMap<>(Task.class);
    for (int i = 0; i < captions.size(); i++) {
      rows.computeIfAbsent(Caption.task(captions.get(i)), _ -> new ArrayList<>()).add(i);
    }
    RandomStream random = RandomStream.of(seed).split("resampled captions");
    draws = new int[RESAMPLES][captions.size()];
    for (int r = 0; r < RESAMPLES; r++) {
      RandomStream own = random.split(r);
      int at = 0;
      for (List<Integer> task : rows.values()) {
        for (int i = 0; i < task.size(); i++) {
          draws[r][at++] = task.get(own.nextInt(task.size()));
        }
      }
    }
  }

  /** The interval of the mean of a value for each caption. */
  Interval mean(double... values) {
    return mean(values, i -> true);
  }

  /** The same of some captions. */
  Interval mean(double[] values, IntPredicate counts) {
    double[] means = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      means[r] = average(values, counts, draws[r]);
    }
    return Interval.ofQuantiles(means);
  }

  /** The mean of some of the values. */
  static double average(double[] values, IntPredicate counts) {
    int[] all = new int[values.length];
    Arrays.setAll(all, i -> i);
    return average(values, counts, all);
  }

  private static double average(double[] values, IntPredicate counts, int... rows) {
    double sum = 0;
    int count = 0;
    for (int row : rows) {
      if (counts.test(row)) {
        sum += values[row];
        count++;
      }
    }
    return sum / count;
  }
}
