package io.nextscale.baselines.raster;

import io.nextscale.tensor.Tensor;
import io.nextscale.var.Draws;
import java.util.List;

/**
 * How tokens are chosen.
 *
 * @param guidance g: logits are pushed to {@code (1+g) · own − g · none}, at every token alike
 * @param temperature logits are divided by it; 0: the most probable token is taken
 * @param topK only the k largest logits may be drawn; 0: all
 * @param topP only the most probable tokens of joint probability p may be drawn; 0: all
 */
public record RasterSampling(double guidance, double temperature, int topK, double topP) {

  /** Checks the ranges. */
  public RasterSampling {
    if (!Double.isFinite(guidance)
        || !(temperature >= 0 && Double.isFinite(temperature))
        || topK < 0
        || !(topP >= 0 && topP <= 1)) {
      throw new IllegalArgumentException(
          "raster: a finite guidance, a temperature and top-k of at least 0, top-p of 0 to 1; got "
              + List.of(guidance, temperature, topK, topP));
    }
  }

  /** Draws from everything as it is. */
  public static RasterSampling plain() {
    return new RasterSampling(0, 1, 0, 0);
  }

  /** Always the most probable token. */
  public static RasterSampling greedy() {
    return new RasterSampling(0, 0, 0, 0);
  }

  /** Logits (B,1,V) of token i as they are drawn from. */
  Tensor filtered(Tensor logits) {
    Tensor scaled =
        temperature == 0 || temperature == 1 ? logits : logits.times((float) (1 / temperature));
    return topK == 0 && topP == 0 ? scaled : scaled.topKTopP(topK, (float) topP);
  }

  /** Token i of images, I32 (B,1), from filtered logits (B,1,V). */
  Tensor choose(int i, Tensor filtered, List<Long> seeds) {
    return temperature == 0
        ? filtered.argMax()
        : filtered.draw(Draws.seeded(seeds).exponentials(i, filtered.shape()));
  }
}
