package io.nextscale.tornado;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A sequence cut where it repeats itself: the blocks of a transformer come out as equal parts, what
 * is before, between and after them as parts of their own.
 *
 * @param least the shortest part that repeats
 * @param most the longest part
 * @param known parts that are worth finding again: a period may begin anywhere in a repetition
 */
record Division<T>(int least, int most, Predicate<List<T>> known) {

  /** A period that occurs {@code (to − from)/period} times, twice or more, one after the other. */
  private record Repetition(int from, int to, int period) {

    /** Elements beyond the first period. */
    int saved() {
      return (to - from) / period * period - period;
    }
  }

  /** The parts, in order. */
  List<List<T>> of(List<T> sequence) {
    List<List<T>> parts = new ArrayList<>();
    cut(List.copyOf(sequence), parts);
    return parts;
  }

  private void cut(List<T> sequence, List<List<T>> parts) {
    Repetition best = repetition(sequence);
    if (best == null) {
      addPieces(sequence, most, parts);
      return;
    }
    int from = begin(sequence, best);
    int to = from + (best.to - from) / best.period * best.period;
    cut(sequence.subList(0, from), parts);
    addPieces(sequence.subList(from, to), best.period, parts);
    cut(sequence.subList(to, sequence.size()), parts);
  }

  private static <T> void addPieces(List<T> sequence, int size, List<List<T>> parts) {
    for (int from = 0; from < sequence.size(); from += size) {
      parts.add(List.copyOf(sequence.subList(from, Math.min(from + size, sequence.size()))));
    }
  }

  /** The one that saves most, of these the shortest, of these the first; null where none is. */
  private @Nullable Repetition repetition(List<T> sequence) {
    Repetition best = null;
    int n = sequence.size();
    for (int period = least; period <= Math.min(most, n / 2); period++) {
      int same = 0; // elements in a row that are as those one period later
      for (int i = 0; i + period < n; i++) {
        same = sequence.get(i).equals(sequence.get(i + period)) ? same + 1 : 0;
        if (same >= period) {
          Repetition here = new Repetition(i - same + 1, i + period + 1, period);
          best = best == null || here.saved() > best.saved() ? here : best;
        }
      }
    }
    return best;
  }

  private int begin(List<T> sequence, Repetition repetition) {
    for (int from = repetition.from; from < repetition.from + repetition.period; from++) {
      if (from + repetition.period <= repetition.to
          && known.test(sequence.subList(from, from + repetition.period))) {
        return from;
      }
    }
    return repetition.from;
  }
}
