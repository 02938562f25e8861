package io.nextscale.var;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.Scales;
import java.util.Arrays;

/**
 * The loss of training: cross-entropy of each token, every token of an image weighing 1/L.
 *
 * <p>Since scales grow, the fine ones count most. A balance b lets a token of a scale of n tokens
 * weigh n^−b as much, with the same sum of weights: 0 as published, 1 every scale alike. Where
 * training is progressive, only the tokens of the first scales are there, and those of the newest
 * may weigh less.
 *
 * @param scales all scales
 * @param count how many of them are trained
 * @param newestWeight a factor for the tokens of the last of these, 0 .. 1
 * @param smoothing the share of a target's weight that is spread over all codes, 0 .. 1
 * @param balance b, at least 0
 */
public record TokenLoss(
    Scales scales, int count, double newestWeight, double smoothing, double balance) {

  /** A loss in which all tokens count alike. */
  public TokenLoss(Scales scales, int count, double newestWeight, double smoothing) {
    this(scales, count, newestWeight, smoothing, 0);
  }

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
    float[] weights = weights();
    for (int i = scales.begin(count - 1); i < weights.length && count < scales.count(); i++) {
      weights[i] *= (float) newestWeight;
    }
    Tensor perToken = logits.crossEntropy(targets, (float) smoothing); // (B,l)
    return perToken.times(Tensor.of(Shape.of(1, weights.length), weights)).sum(1).mean();
  }

  /** What each of the tokens that are trained weighs; of all scales the weights sum to 1. */
  private float[] weights() {
    double sum = 0;
    for (int s = 0; s < scales.count(); s++) {
      sum += StrictMath.pow(scales.tokens(s), 1 - balance);
    }
    float[] weights = new float[length()];
    for (int s = 0; s < count; s++) {
      float own =
          balance == 0
              ? 1f / scales.length()
              : (float) (StrictMath.pow(scales.tokens(s), -balance) / sum);
      Arrays.fill(weights, scales.begin(s), scales.end(s), own);
    }
    return weights;
  }
}
