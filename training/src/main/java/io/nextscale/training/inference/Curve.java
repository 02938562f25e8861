package io.nextscale.training.inference;

import io.nextscale.search.Spent;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What one kind of search finds the more it spends.
 *
 * @param generator the model
 * @param method the kind of search
 * @param verifier the one that chose
 * @param captions their numbers; arrays are in this order
 * @param levels by budget, those that all captions have
 */
record Curve(
    String generator, Method method, String verifier, List<Integer> captions, List<Level> levels) {

  /**
   * One budget.
   *
   * @param budget NFE
   * @param points for each caption
   */
  record Level(long budget, List<Point> points) {

    Level {
      points = List.copyOf(points);
    }

    /** Whether pictures show what was asked for. */
    double[] truth() {
      return points.stream().mapToDouble(Point::truth).toArray();
    }

    /** The share of pictures that do. */
    double right() {
      return Bootstrap.average(truth(), i -> true);
    }

    /** What a verifier says of the pictures; NaN where it was not asked. */
    double[] scores(String verifier) {
      return points.stream()
          .mapToDouble(point -> point.scores().getOrDefault(verifier, Double.NaN))
          .toArray();
    }

    /** The mean cost. */
    double cost(Cost cost) {
      return points.stream().mapToDouble(point -> cost.of(point.spent())).average().orElseThrow();
    }

    /** The mean of everything that was spent, times the number of captions. */
    Spent spent() {
      Spent sum = Spent.NOTHING;
      for (Point point : points) {
        sum = sum.plus(point.spent());
      }
      return sum;
    }
  }

  Curve {
    captions = List.copyOf(captions);
    levels = List.copyOf(levels);
  }

  Level last() {
    return levels.getLast();
  }

  /** The level at which most pictures are right, the smallest of these. */
  Level best() {
    Level best = levels.getFirst();
    for (Level level : levels) {
      best = level.right() > best.right() ? level : best;
    }
    return best;
  }

  double most(Cost cost) {
    return last().cost(cost);
  }

  double least(Cost cost) {
    return levels.getFirst().cost(cost);
  }

  /**
   * The truth of each caption that can be expected for a cost: of the two budgets around it, the
   * larger one with the chance that makes the mean cost right. Beyond the largest budget nothing
   * more is spent.
   *
   * @throws IllegalArgumentException when the cost is less than that of the smallest budget
   */
  double[] truth(Cost cost, double spent) {
    if (spent < least(cost)) {
      throw new IllegalArgumentException(
          "curve: at least " + least(cost) + " " + cost.word() + "; got " + spent);
    }
    int above = 0;
    while (above < levels.size() && levels.get(above).cost(cost) <= spent) {
      above++;
    }
    double[] low = levels.get(above - 1).truth();
    if (above == levels.size()) {
      return low;
    }
    double from = levels.get(above - 1).cost(cost);
    double chance = (spent - from) / (levels.get(above).cost(cost) - from);
    double[] high = levels.get(above).truth();
    double[] expected = new double[low.length];
    Arrays.setAll(expected, i -> low[i] + chance * (high[i] - low[i]));
    return expected;
  }

  /**
   * The least cost at which a share of the pictures is right: of the smallest budget that has it,
   * or on the straight line that leads there. Nothing where no budget has it.
   */
  OptionalDouble price(Cost cost, double share) {
    for (int i = 0; i < levels.size(); i++) {
      double right = levels.get(i).right();
      if (right >= share) {
        double price = levels.get(i).cost(cost);
        if (i > 0) {
          double before = levels.get(i - 1).right();
          double from = levels.get(i - 1).cost(cost);
          price = from + (share - before) / (right - before) * (price - from);
        }
        return OptionalDouble.of(price);
      }
    }
    return OptionalDouble.empty();
  }

  /** The level of a single picture, which is no search, or null. */
  @Nullable Level single() {
    return levels.stream()
        .filter(level -> level.points().getFirst().spent().images() == 1)
        .findFirst()
        .orElse(null);
  }

  /** The largest level that looks at no more than so many complete pictures, or null. */
  @Nullable Level within(long images) {
    return levels.reversed().stream()
        .filter(level -> level.points().getFirst().spent().images() <= images)
        .findFirst()
        .orElse(null);
  }
}
