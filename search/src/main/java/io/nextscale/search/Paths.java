package io.nextscale.search;

import java.util.ArrayList;
import java.util.List;

/**
 * Search over paths. N pictures are taken through their first steps; then, again and again, M
 * samples of each go a little back towards noise and further forward than that, are scored by what
 * they are to become, and the best N survive; the last survivors are completed.
 *
 * @param paths N, at least 1
 * @param samples M, at least 1
 * @param start steps before the search begins, at least {@code back}
 * @param back steps back towards noise (the paper's Δ_f), at least 1
 * @param forward steps forward after that (the paper's Δ_b), more than {@code back}
 * @see <a href="https://arxiv.org/abs/2501.09732">Ma et al. 2025, section 3.2</a>
 */
public record Paths(int paths, int samples, int start, int back, int forward) implements Strategy {

  /** Checks the ranges. */
  public Paths {
    if (paths < 1 || samples < 1 || back < 1 || start < back || forward <= back) {
      throw new IllegalArgumentException(
          "search over paths: at least 1 path, sample and step back, as many to start from, and"
              + " more forward; got paths, samples, start, back, forward "
              + List.of(paths, samples, start, back, forward));
    }
  }

  @Override
  public <S> void search(Run<S> run) {
    Noisy<S> model = run.noisy("search over paths");
    int room = run.room(1, paths);
    if (room == 0) {
      run.conclude(List.of(run.begin()));
      return;
    }
    List<Run.Node<S>> begun = run.branch(repeated(List.of(run.begin()), room));
    int at = Math.min(start, run.steps());
    List<Run.Node<S>> survivors = further(run, begun, at - 1);
    while (at < run.steps()) {
      int from = at - Math.min(at, back);
      int to = Math.min(run.steps(), from + forward);
      boolean last = to == run.steps();
      int wanted = survivors.size() * samples;
      room =
          last
              ? run.room(from + 1, wanted)
              : run.roomToPeek(from + 1, to, survivors.size(), wanted);
      if (room == 0) {
        break;
      }
      int steps = at - from;
      List<Run.Node<S>> noised =
          run.vary(repeated(survivors, room), (picture, seed) -> model.back(picture, steps, seed));
      at = to;
      if (last) {
        run.finish(noised);
        return;
      }
      List<Run.Node<S>> children = further(run, noised, to - from);
      survivors = run.keep(children, run.peek(children), survivors.size());
    }
    run.conclude(survivors);
  }

  private static <S> List<Run.Node<S>> further(Run<S> run, List<Run.Node<S>> nodes, int steps) {
    List<Run.Node<S>> further = nodes;
    for (int i = 0; i < steps; i++) {
      further = run.goOn(further);
    }
    return further;
  }

  /** Each in turn, again and again, so that a small room is shared fairly. */
  private static <T> List<T> repeated(List<T> items, int count) {
    List<T> repeated = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      repeated.add(items.get(i % items.size()));
    }
    return repeated;
  }

  @Override
  public String describe() {
    return "paths, %d of %d samples, from step %d, %d back, %d forward"
        .formatted(paths, samples, start, back, forward);
  }
}
