package io.nextscale.search;

import java.util.Collections;
import java.util.List;

/**
 * Successive halving: n pictures are begun, and after each of the steps {@code first} .. the better
 * half of them, by what is decided, goes on. What is left after the last halving is completed.
 *
 * <p>Most steps of most pictures are never computed, and of those that are most are early ones,
 * which are cheap: the steps of n pictures cost about n·Σ f_k / 2^(k − first) operations.
 *
 * @param candidates n, at least 1; the budget may allow fewer
 * @param first the step after which halving begins: before it there is little to judge by
 */
public record Halving(int candidates, int first) implements Strategy {

  /** Checks the ranges. */
  public Halving {
    if (candidates < 1 || first < 1) {
      throw new IllegalArgumentException(
          "halving: at least 1 candidate and step; got " + List.of(candidates, first));
    }
  }

  @Override
  public <S> void search(Run<S> run) {
    int begun = candidates;
    while (begun > 1 && !run.affords(cost(run, begun))) {
      begun--;
    }
    List<Run.Node<S>> nodes = run.branch(Collections.nCopies(begun, run.begin()));
    for (int k = 1; k < run.steps() && nodes.size() > 1 && !run.stopped(); k++) {
      if (k >= first) {
        nodes = run.keep(nodes, run.peek(nodes), half(nodes.size()));
      }
      nodes = run.goOn(nodes);
    }
    run.conclude(nodes);
  }

  private <S> Spent cost(Run<S> run, int begun) {
    Spent cost = Spent.NOTHING;
    int left = begun;
    for (int k = 1; k <= run.steps(); k++) {
      cost = cost.plus(run.costOfSteps(k, k).times(left));
      if (k >= first && k < run.steps() && left > 1) {
        cost = cost.plus(run.costOfPeek().times(left));
        left = half(left);
      }
    }
    return cost.plus(run.costOfLook().times(left));
  }

  private static int half(int count) {
    return (count + 1) / 2;
  }

  @Override
  public String describe() {
    return "halving, " + candidates + " pictures, from step " + first;
  }
}
