package io.nextscale.training.inference;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Those who judge the pictures of an experiment.
 *
 * @param verifiers by their names
 * @param fingerprints of their weights, by name; those without weights have none
 * @param watching the names of those who only score what others chose; among the pictures of random
 *     searches they choose too, since these are drawn once for all
 */
public record Panel(
    SequencedMap<String, CaptionVerifier> verifiers,
    Map<String, String> fingerprints,
    Set<String> watching) {

  /** Checks and copies the names. */
  public Panel {
    verifiers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(verifiers));
    fingerprints = Map.copyOf(fingerprints);
    watching = Set.copyOf(watching);
    if (!verifiers.keySet().containsAll(watching)) {
      throw new IllegalArgumentException(
          "experiment: those who watch are among the verifiers "
              + verifiers.keySet()
              + "; got "
              + watching);
    }
  }

  /** Verifiers that all choose in searches of their own. */
  public static Panel of(SequencedMap<String, CaptionVerifier> verifiers) {
    return new Panel(verifiers, Map.of(), Set.of());
  }

  /** The names of those who choose in searches of a method. */
  List<String> choosing(Method method) {
    return verifiers.sequencedKeySet().stream()
        .filter(name -> !method.selects() || !watching.contains(name))
        .toList();
  }
}
