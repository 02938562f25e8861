package io.nextscale.training.learner;

import io.nextscale.training.settings.VerifierSettings;
import io.nextscale.verifiers.shapes.Flaw;
import io.nextscale.verifiers.shapes.Lessons;
import io.nextscale.verifiers.shapes.Lessons.Pair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.ToIntFunction;

/** How often a verifier prefers the right one of two pictures that one flaw tells apart. */
final class ByFlaw {

  private ByFlaw() {}

  /**
   * {@code right}, the mean over the flaws, then {@code right.colour} and the other flaws, in
   * percent of as many held-out pairs each as the settings say.
   *
   * @param right how many of some pairs are judged right
   */
  static SequencedMap<String, Double> percentages(
      VerifierSettings.Subject settings, Lessons held, ToIntFunction<List<Pair>> right) {
    SequencedMap<String, Double> numbers = new LinkedHashMap<>();
    int count = settings.validation();
    if (count == 0) {
      return numbers;
    }
    double sum = 0;
    for (Flaw flaw : Flaw.values()) {
      double percent = Lots.percent(count, index -> held.pair(flaw, index), right);
      numbers.put("right." + flaw.word(), percent);
      sum += percent;
    }
    numbers.putFirst("right", sum / Flaw.values().length);
    return numbers;
  }
}
