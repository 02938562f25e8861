package io.nextscale.search;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Beam search with roll-outs. At every step k each of w branches is continued by c candidates, each
 * candidate is completed, and the w whose pictures score highest survive, as they were after step
 * k. All steps: w·c·K images and w·c·K(K+1)/2 NFE.
 *
 * <p>At the first step all branches are the same, so w·c pictures are drawn. With w = 1 this is
 * greedy token optimisation.
 *
 * @param width w, at least 1
 * @param candidates c, at least 1
 * @param steps the first so many steps are searched: late ones hardly change what there is, and
 *     their roll-outs cost nearly a whole picture's work each; {@link #ALL} for all of them
 * @see <a href="https://arxiv.org/abs/2510.16751">Riise et al. 2025, section 3</a>
 */
public record Beam(int width, int candidates, int steps) implements Strategy {

  /** Every step is searched, as in the paper. */
  public static final int ALL = Integer.MAX_VALUE;

  /** Checks the ranges. */
  public Beam {
    if (width < 1 || candidates < 1 || steps < 1) {
      throw new IllegalArgumentException(
          "beam: a width, candidates and steps of at least 1; got "
              + List.of(width, candidates, steps));
    }
  }

  /** The search of the paper. */
  public Beam(int width, int candidates) {
    this(width, candidates, ALL);
  }

  @Override
  public <S> void search(Run<S> run) {
    List<Run.Node<S>> beams = List.of(run.begin());
    for (int k = 1; k <= Math.min(steps, run.steps()); k++) {
      List<Run.Node<S>> forks = new ArrayList<>();
      int each = k == 1 ? width * candidates : candidates;
      for (Run.Node<S> beam : beams) {
        forks.addAll(Collections.nCopies(each, beam));
      }
      int room = run.room(k, forks.size());
      if (room == 0) {
        return;
      }
      List<Run.Node<S>> children = run.branch(forks.subList(0, room));
      beams = run.keep(children, run.finish(children), width);
    }
  }

  @Override
  public String describe() {
    return "beam, width %d, %d candidates%s"
        .formatted(width, candidates, steps == ALL ? "" : ", first " + steps + " steps");
  }
}
