package io.nextscale.var;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.Scales;
import java.util.Arrays;

/**
 * The loss of training: cross-entropy of each token, every token of an image weighing 1/L.
 *
 * <p>Since scales grow, the fine ones count most. Where training is progressive, only the tokens of
 * the first scales are there, and those of the newest may weigh less.
 *
 * @param scales all scales
 * @param count how many of them are trained
 * @param newestWeight a factor for the tokens of the last of these, 0 .. 1
 * @param smoothing the share of a target's weight that is spread over all codes, 0 .. 1
 */
public record TokenLoss(Scales scales, int count, double newestWeight, double smoothing) {

  /** All scales. */
  public static TokenLoss of(Scales scales, double smoothing) {
    return new TokenLoss(scales, scales.count(), 1, smoothing);
  }

  /** How many tokens are trained. */
  public int length() {
    return scales.end(count - 1);
  }

  /**
   * The loss, a scalar.
   *
   * @param logits (B,l,V) for the tokens that are trained
   * @param targets I32 (B,l)
   */
  public Tensor of(Tensor logits, Tensor targets) {
    float[] weights = new float[length()];
    Arrays.fill(weights, 1f / scales.length());
    for (int i = scales.begin(count - 1); i < weights.length && count < scales.count(); i++) {
      weights[i] *= (float) newestWeight;
    }
    Tensor perToken = logits.crossEntropy(targets, (float) smoothing); // (B,l)
    return perToken.times(Tensor.of(Shape.of(1, weights.length), weights)).sum(1).mean();
  }
}
