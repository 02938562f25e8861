package io.nextscale.search;

import io.nextscale.tensor.Tensor;
import io.nextscale.var.Branching.Branch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What the candidates of a search hold in memory, counted tensor by tensor: forks refer to the keys
 * and values of their common past, so it is there once.
 *
 * <p>Counted are keys, values, maps and tokens of complete roll-outs, which is when candidates hold
 * most; weights and what a forward pass needs for itself are not.
 *
 * @param forks n, the candidates that branch off at a step
 * @param steps for each step that they may branch off at
 */
public record ForkMemory(int forks, List<Step> steps) {

  /**
   * Bytes of n complete candidates that branched off at a step.
   *
   * @param step from 1
   * @param shared what they hold together
   * @param copied what they would hold if each had its own past
   */
  public record Step(int step, long shared, long copied) {}

  /** Copies the steps. */
  public ForkMemory {
    steps = List.copyOf(steps);
  }

  /**
   * Measured on pictures that are drawn for that.
   *
   * @param forks n, at least 1
   */
  public static ForkMemory of(VarStepwise model, int forks) {
    if (forks < 1) {
      throw new IllegalArgumentException("memory of forks: at least 1 fork; got " + forks);
    }
    List<Step> steps = new ArrayList<>();
    Branch past = model.begin();
    for (int k = 1; k <= model.steps(); k++) {
      List<Long> seeds = new ArrayList<>();
      for (long i = 0; i < forks; i++) {
        seeds.add(i);
      }
      List<Branch> candidates = Collections.nCopies(forks, past);
      for (int step = k; step <= model.steps(); step++) {
        candidates = model.step(candidates, seeds);
      }
      steps.add(step(k, candidates));
      past = model.step(List.of(past), List.of(0L)).getFirst();
    }
    return new ForkMemory(forks, steps);
  }

  private static Step step(int step, List<Branch> candidates) {
    Set<Tensor> all = identities();
    long copied = 0;
    for (Branch candidate : candidates) {
      Set<Tensor> own = identities();
      own.addAll(candidate.keysAndValues());
      own.addAll(candidate.maps());
      copied += bytes(own);
      all.addAll(own);
    }
    return new Step(step, bytes(all), copied);
  }

  private static Set<Tensor> identities() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  private static long bytes(Set<Tensor> tensors) {
    return tensors.stream()
        .mapToLong(tensor -> (long) tensor.shape().size() * tensor.dtype().sizeBytes())
        .sum();
  }

  /** What one complete candidate holds. */
  public long one() {
    return steps.getFirst().copied() / forks;
  }

  /** The most that candidates hold together, wherever they branch off. */
  public long peak() {
    return steps.stream().max(Comparator.comparingLong(Step::shared)).orElseThrow().shared();
  }

  /** A table for people. */
  public String markdown() {
    StringBuilder text = new StringBuilder("## The memory of forks\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "Keys, values, maps and tokens of %d complete candidates, counted tensor by tensor. One"
                + " alone holds %,d bytes; %d hold at most %,d, %.1f times as much.%n%n",
            forks,
            one(),
            forks,
            peak(),
            (double) peak() / one()));
    text.append("| Branched off at step | Shared, bytes | Copied, bytes | Shared / copied |\n");
    text.append("|---:|---:|---:|---:|\n");
    for (Step step : steps) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %d | %,d | %,d | %.2f |%n",
              step.step(),
              step.shared(),
              step.copied(),
              (double) step.shared() / step.copied()));
    }
    return text.toString();
  }
}
