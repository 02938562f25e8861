package io.nextscale.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Zero-order search over the noise that pictures begin with. From a pivot, N neighbours are drawn
 * whose noise is near; the best of neighbours and pivot is the next pivot. r rounds: 1 + rN
 * pictures, each of K steps.
 *
 * <p>Neighbours have the pivot's length and a given cosine to it. The source:
 * sayakpaul/tt-scale-flux utils.py, generate_neighbors (by an author of the paper) @68f19b7, where
 * it is 0.95.
 *
 * @param neighbours N, at least 1
 * @param cosine λ, −1 .. 1: the nearer to 1, the smaller the steps
 * @param rounds r, at least 1; {@link #ALL}: until the budget is spent
 * @see <a href="https://arxiv.org/abs/2501.09732">Ma et al. 2025, section 3.2</a>
 */
public record ZeroOrder(int neighbours, double cosine, int rounds) implements Strategy {

  /** Until the budget is spent. */
  public static final int ALL = Integer.MAX_VALUE;

  private static final double PUBLISHED = 0.95;

  /** Checks the ranges. */
  public ZeroOrder {
    if (neighbours < 1 || rounds < 1 || !(cosine >= -1 && cosine <= 1)) {
      throw new IllegalArgumentException(
          "zero-order search: at least 1 neighbour and round and a cosine of -1 to 1; got "
              + List.of(neighbours, rounds, cosine));
    }
  }

  /** The search of the paper. */
  public ZeroOrder(int neighbours, int rounds) {
    this(neighbours, PUBLISHED, rounds);
  }

  @Override
  public <S> void search(Run<S> run) {
    Noisy<S> model = run.noisy("zero-order search");
    List<Run.Node<S>> pivot = run.branch(List.of(run.begin()));
    double best = run.finish(pivot)[0];
    for (int r = 0; r < rounds; r++) {
      int room = run.room(1, neighbours);
      if (room == 0) {
        return;
      }
      List<Run.Node<S>> all =
          new ArrayList<>(
              run.vary(
                  Collections.nCopies(room, pivot.getFirst()),
                  (picture, seed) -> model.near(picture, cosine, seed)));
      double[] scores = Arrays.copyOf(run.finish(all), room + 1);
      all.addAll(pivot); // behind them, so that equal scores move it
      scores[room] = best;
      pivot = run.keep(all, scores, 1);
      best = Arrays.stream(scores).max().orElse(best);
    }
  }

  @Override
  public String describe() {
    return "zero-order, %d neighbours, cosine %s%s"
        .formatted(neighbours, cosine, rounds == ALL ? "" : ", " + rounds + " rounds");
  }
}
