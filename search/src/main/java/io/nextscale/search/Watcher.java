package io.nextscale.search;

import io.nextscale.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Is told how a search goes, batch by batch. */
@FunctionalInterface
public interface Watcher {

  /**
   * Candidates were scored.
   *
   * @param trials the candidates, with their scores
   * @param images what was scored, (B,h,w,3) in [0, 1]; null where maps were scored undecoded
   * @param spent by now
   * @param best the score of the best complete picture by now; −∞ before any
   */
  void scored(List<Trial> trials, @Nullable Tensor images, Spent spent, double best);
}
