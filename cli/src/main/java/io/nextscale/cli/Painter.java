package io.nextscale.cli;

import io.nextscale.search.Paths;
import io.nextscale.search.Stepwise;
import io.nextscale.search.Strategy;
import io.nextscale.search.ZeroOrder;
import io.nextscale.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model that makes pictures of subjects, whatever kind of model it is.
 *
 * @param <S> a picture under way
 */
sealed interface Painter<S> permits VarPainter, DitPainter, RasterPainter {

  /** What it is. */
  ModelKind kind();

  /** What it can be asked for. */
  Subjects subjects();

  /** Pictures of a subject, step by step. */
  Stepwise<S> of(Subject subject);

  /** A picture of each subject, from its seed: (B,h,w,3) in [0, 1]. */
  Tensor images(List<Subject> subjects, List<Long> seeds);

  /** Its parameters; those of the tokenizer are not counted. */
  long parameters();

  /** How pictures are drawn, for a recipe. */
  Map<String, Object> settings();

  /** Why a strategy finds nothing to search here, and what would; empty where it does. */
  Optional<String> objection(Strategy strategy);

  /**
   * Refuses strategies that find nothing to search.
   *
   * @throws UsageException saying which would
   */
  default void check(Strategy strategy) {
    objection(strategy)
        .ifPresent(text -> {
          throw new UsageException("--strategy: " + text);
        });
  }

  /** The objection of models that draw tokens to searches through noise. */
  static Optional<String> withoutNoise(ModelKind kind, Strategy strategy) {
    return switch (strategy) {
      case ZeroOrder _, Paths _ ->
          Optional.of(
              "%s: a model that begins with noise, such as one of 'nextscale train dit'; got a %s — use random, greedy, beam, halving or resampling"
                  .formatted(strategy instanceof Paths ? "paths" : "zero-order", kind.words()));
      default -> Optional.empty();
    };
  }
}
