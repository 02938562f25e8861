package io.nextscale.baselines.diffusion;

import io.nextscale.tensor.RandomStream;
import java.util.Locale;

/** How steps of the process are drawn for training. */
public enum NoiseLevels {

  /** All alike, as published for DDPM and DiT. */
  UNIFORM {
    @Override
    int draw(RandomStream from, int steps) {
      return from.nextInt(steps);
    }
  },

  /**
   * {@code ⌊T · 1/(1 + e^{−n})⌋} with n standard normal: steps in the middle of the process, where
   * it is decided what a map shows, come four times as often as after a tenth of it.
   *
   * @see <a href="https://arxiv.org/abs/2403.03206">Esser et al. 2024, section 3.1</a>
   */
  LOGIT_NORMAL {
    @Override
    int draw(RandomStream from, int steps) {
      double place = 1 / (1 + StrictMath.exp(-from.nextGaussian()));
      return Math.min((int) (place * steps), steps - 1);
    }
  };

  /** A step, 0 .. steps − 1. */
  abstract int draw(RandomStream from, int steps);

  /**
   * The one of a name.
   *
   * @throws IllegalArgumentException for any other
   */
  public static NoiseLevels named(String name) {
    return switch (name) {
      case "uniform" -> UNIFORM;
      case "logit-normal" -> LOGIT_NORMAL;
      default ->
          throw new IllegalArgumentException(
              "--noise-levels: uniform or logit-normal; got " + name);
    };
  }

  /** {@code uniform} or {@code logit-normal}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
