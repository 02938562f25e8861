package io.nextscale.vqvae.training;

import io.nextscale.vqvae.CodeUsage;
import java.util.ArrayList;
import java.util.List;

/**
 * How much of the codebook a scale uses, by moving averages.
 *
 * @param percent of the codes that are used often enough, see {@link CodeUsage#percentages}
 * @param perplexity as how many codes used alike, see {@link CodeUsage#perplexities}
 */
public record ScaleUse(double percent, double perplexity) {

  /** The use of each scale. */
  static List<ScaleUse> of(CodeUsage usage, long positions) {
    double[] percentages = usage.percentages(positions);
    double[] perplexities = usage.perplexities();
    List<ScaleUse> scales = new ArrayList<>();
    for (int s = 0; s < percentages.length; s++) {
      scales.add(new ScaleUse(percentages[s], perplexities[s]));
    }
    return List.copyOf(scales);
  }
}
