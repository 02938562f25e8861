package io.nextscale.training.inference;

import io.nextscale.search.Spent;
import io.nextscale.search.Trial;
import io.nextscale.search.Watcher;
import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Notes the best complete picture that a search has had at each of several budgets. */
final class OnTheWay implements Watcher {

  /** What a search had within a budget. */
  record Had(long budget, Tensor image, Spent spent) {}

  private final List<Long> budgets;
  private final @Nullable Had[] had;
  private double best = Double.NEGATIVE_INFINITY;
  private @Nullable Tensor image;

  OnTheWay(List<Long> budgets) {
    this.budgets = List.copyOf(budgets);
    this.had = new Had[budgets.size()];
  }

  @Override
  public void scored(List<Trial> trials, @Nullable Tensor images, Spent spent, double soFar) {
    if (images != null) {
      for (int i = 0; i < trials.size(); i++) {
        Trial trial = trials.get(i);
        if (trial.complete() && trial.score() > best) {
          best = trial.score();
          image = images.slice(0, i, i + 1);
        }
      }
    }
    Tensor known = image;
    if (known == null) {
      return;
    }
    for (int i = 0; i < had.length; i++) {
      if (spent.evaluations() <= budgets.get(i)) {
        had[i] = new Had(budgets.get(i), known, spent);
      }
    }
  }

  /** By budget; those that were too small for a picture are missing. */
  List<Had> found() {
    List<Had> found = new ArrayList<>();
    for (Had one : had) {
      if (one != null) {
        found.add(one);
      }
    }
    return found;
  }
}
