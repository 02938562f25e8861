package io.nextscale.search;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Beam search. At every step k each of w branches is continued by c candidates, the verifier looks
 * at the candidates, and the w that score highest survive, as they were after step k.
 *
 * <p>With {@linkplain Look#ROLL_OUT roll-outs} each candidate is completed to be scored: all steps
 * cost w·c·K images and w·c·K(K+1)/2 NFE. At the first step all branches are the same, so w·c
 * pictures are drawn. With w = 1 this is greedy token optimisation. With {@linkplain Look#PARTIAL
 * partial pictures} only survivors are completed, at the end: w images and w·c·m + w·(K−m) NFE when
 * the first m steps branch.
 *
 * @param width w, at least 1
 * @param plan c, at each step
 * @param look what is scored
 * @see <a href="https://arxiv.org/abs/2510.16751">Riise et al. 2025, section 3</a>
 */
public record Beam(int width, Plan plan, Look look) implements Strategy {

  /** Checks the range. */
  public Beam {
    if (width < 1) {
      throw new IllegalArgumentException("beam: a width of at least 1; got " + width);
    }
  }

  /** The search of the paper: every step, with roll-outs. */
  public Beam(int width, int candidates) {
    this(width, new Plan.Uniform(candidates), Look.ROLL_OUT);
  }

  @Override
  public <S> void search(Run<S> run) {
    int steps = run.steps();
    List<Run.Node<S>> beams = List.of(run.begin());
    boolean complete = false;
    for (int k = 1; k <= plan.last(steps); k++) {
      int candidates = plan.candidates(k, steps);
      if (candidates == 0) {
        boolean paid = look == Look.PARTIAL; // what completes survivors was kept back
        if (!paid && !run.affords(run.costOfSteps(k, k).times(beams.size()))) {
          break;
        }
        beams = run.goOn(beams);
        continue;
      }
      int wanted = (k == 1 ? width : beams.size()) * candidates;
      boolean peek = look == Look.PARTIAL && k < steps;
      int room = peek ? run.roomToPeek(k, k, width, wanted) : run.room(k, wanted);
      if (room == 0) {
        break;
      }
      List<Run.Node<S>> forks = new ArrayList<>();
      for (Run.Node<S> beam : beams) {
        forks.addAll(Collections.nCopies(wanted / beams.size(), beam));
      }
      List<Run.Node<S>> children = run.branch(forks.subList(0, room));
      beams = run.keep(children, peek ? run.peek(children) : run.finish(children), width);
      complete = !peek;
    }
    if (!complete) {
      run.conclude(beams);
    }
  }

  @Override
  public String describe() {
    return "beam, width " + width + ", " + plan.describe() + ", " + look.words();
  }
}
