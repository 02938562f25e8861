package io.nextscale.search;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How a beam search spreads its candidates over the steps: c_k for each branch at step k of K.
 *
 * <p>With roll-outs a candidate of step k costs K − k + 1 evaluations, so a plan of width w costs w
 * · Σ c_k · (K − k + 1) of them. Where c_k is 0 branches go on by themselves, and nothing is
 * scored.
 */
public sealed interface Plan {

  /**
   * c_k.
   *
   * @param step k, from 1
   * @param steps K
   */
  int candidates(int step, int steps);

  /** A few words, such as {@code 5 candidates, first 4 steps}. */
  String describe();

  /** The last step that branches off. */
  default int last(int steps) {
    return IntStream.rangeClosed(1, steps).filter(k -> candidates(k, steps) > 0).max().orElse(0);
  }

  /** The same number at every step, as in the paper. */
  record Uniform(int each) implements Plan {

    /** Checks the range. */
    public Uniform {
      check(each);
    }

    @Override
    public int candidates(int step, int steps) {
      return each;
    }

    @Override
    public String describe() {
      return each + " candidates";
    }
  }

  /**
   * The same number at the first m steps only: late ones hardly change what there is, and their
   * roll-outs cost nearly a whole picture's work each.
   *
   * @param most m
   */
  record First(int each, int most) implements Plan {

    /** Checks the ranges. */
    public First {
      check(each);
      check(most);
    }

    @Override
    public int candidates(int step, int steps) {
      return step <= most ? each : 0;
    }

    @Override
    public String describe() {
      return each + " candidates, first " + most + " steps";
    }
  }

  /** Falling evenly: c_k = round(2c · (K − k + 1) / (K + 1)), at least 1 at the first step. */
  record Front(int mean) implements Plan {

    /** Checks the range. */
    public Front {
      check(mean);
    }

    @Override
    public int candidates(int step, int steps) {
      int share = Math.round(2f * mean * (steps - step + 1) / (steps + 1));
      return step == 1 ? Math.max(1, share) : share;
    }

    @Override
    public String describe() {
      return mean + " candidates in the mean, most at first";
    }
  }

  /** Rising evenly: c_k = round(2c · k / (K + 1)), at least 1 at the first step. */
  record Back(int mean) implements Plan {

    /** Checks the range. */
    public Back {
      check(mean);
    }

    @Override
    public int candidates(int step, int steps) {
      int share = Math.round(2f * mean * step / (steps + 1));
      return step == 1 ? Math.max(1, share) : share;
    }

    @Override
    public String describe() {
      return mean + " candidates in the mean, most at last";
    }
  }

  /**
   * As given; 0 for steps beyond the list.
   *
   * @param each c_1, c_2, …; the first at least 1
   */
  record Given(List<Integer> each) implements Plan {

    /** A defensive copy; checks the ranges. */
    public Given {
      each = List.copyOf(each);
      if (each.isEmpty() || each.getFirst() < 1 || each.stream().anyMatch(c -> c < 0)) {
        throw new IllegalArgumentException(
            "plan: numbers of candidates from 0, the first at least 1; got " + each);
      }
    }

    @Override
    public int candidates(int step, int steps) {
      return step <= each.size() ? each.get(step - 1) : 0;
    }

    @Override
    public String describe() {
      return each.stream().map(String::valueOf).collect(Collectors.joining(",")) + " candidates";
    }
  }

  private static void check(int number) {
    if (number < 1) {
      throw new IllegalArgumentException("plan: numbers of at least 1; got " + number);
    }
  }
}
