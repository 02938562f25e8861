package io.nextscale.search;

import io.nextscale.tensor.RandomStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Resampling with shrinking batches: n pictures are begun. Early on the batch shrinks to pictures
 * that differ, one of each cluster of partial pictures; later on to pictures drawn with replacement
 * with weights exp(λ · score of the partial picture). Copies of a picture go on from new seeds.
 *
 * <p>Of 13 scales TTS-VAR clusters after the 2nd and the 5th and draws after the 6th and the 9th,
 * with batches of 8, 6, 4, 2, 1; here the same shares of K steps and of n. Clusters are of the
 * model's own maps instead of another network's features.
 *
 * @param candidates n, at least 1; the budget may allow fewer
 * @param lambda λ, how much scores count; the paper's is 10
 * @see <a href="https://arxiv.org/abs/2507.18537">Chen et al. 2025, TTS-VAR; ali-vilab/TTS-VAR
 * @b0332bb</a>
 */
public record Resampling(int candidates, double lambda) implements Strategy {

  /** The scales of the paper. */
  private static final double SCALES = 13;

  /** After how many scales of 13 the batch shrinks, to what share of n, and how. */
  private enum Stage {
    CLUSTERED_FIRST(2, 6 / 8.0, true),
    CLUSTERED_THEN(5, 4 / 8.0, true),
    DRAWN_FIRST(6, 2 / 8.0, false),
    DRAWN_THEN(9, 1 / 8.0, false);

    private final int scale;
    private final double share;
    private final boolean clusters;

    Stage(int scale, double share, boolean clusters) {
      this.scale = scale;
      this.share = share;
      this.clusters = clusters;
    }

    int step(int steps) {
      return (int) Math.clamp(Math.round(scale / SCALES * steps), 1, steps);
    }

    int size(int candidates) {
      return Math.max(1, (int) Math.round(share * candidates));
    }
  }

  /** Checks the ranges. */
  public Resampling {
    if (candidates < 1 || !(lambda > 0) || Double.isInfinite(lambda)) {
      throw new IllegalArgumentException(
          "resampling: at least 1 candidate and a finite weight above 0; got "
              + candidates
              + ", "
              + lambda);
    }
  }

  @Override
  public <S> void search(Run<S> run) {
    int begun = candidates;
    while (begun > 1 && !run.affords(cost(run, begun))) {
      begun--;
    }
    int steps = run.steps();
    List<Run.Node<S>> nodes = run.branch(Collections.nCopies(begun, run.begin()));
    for (int k = 1; k < steps && !run.stopped(); k++) {
      boolean copied = false;
      for (Stage stage : Stage.values()) {
        int size = stage.size(begun);
        if (stage.step(steps) != k || size >= nodes.size()) {
          continue;
        }
        if (stage.clusters) {
          nodes = run.keepDifferent(nodes, size);
        } else {
          nodes = drawn(run, nodes, size, run.random().split(k).split(stage.name()));
          copied = true;
        }
      }
      nodes = copied ? run.branch(nodes) : run.goOn(nodes);
    }
    run.conclude(nodes);
  }

  /** Systematic resampling: one random number, so that no weight is left to chance twice. */
  private <S> List<Run.Node<S>> drawn(
      Run<S> run, List<Run.Node<S>> nodes, int count, RandomStream random) {
    double[] scores = run.peek(nodes);
    double most = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      most = Math.max(most, score);
    }
    double sum = 0;
    for (double score : scores) {
      sum += Math.exp(lambda * (score - most));
    }
    List<Run.Node<S>> drawn = new ArrayList<>();
    double begin = random.nextFloat();
    double passed = 0;
    for (int i = 0; i < scores.length; i++) {
      passed += Math.exp(lambda * (scores[i] - most)) / sum * count;
      while (drawn.size() < count && begin + drawn.size() < passed) {
        drawn.add(nodes.get(i));
      }
    }
    while (drawn.size() < count) { // rounding at the very end
      drawn.add(nodes.getLast());
    }
    run.kept(drawn);
    return drawn;
  }

  private <S> Spent cost(Run<S> run, int begun) {
    Spent cost = Spent.NOTHING;
    int left = begun;
    for (int k = 1; k <= run.steps(); k++) {
      cost = cost.plus(run.costOfSteps(k, k).times(left));
      for (Stage stage : Stage.values()) {
        if (stage.step(run.steps()) == k && k < run.steps()) {
          cost = stage.clusters ? cost : cost.plus(run.costOfPeek().times(left));
          left = Math.min(left, stage.size(begun));
        }
      }
    }
    return cost.plus(run.costOfLook().times(left));
  }

  @Override
  public String describe() {
    return "resampling, %d pictures, weight %s".formatted(candidates, lambda);
  }
}
