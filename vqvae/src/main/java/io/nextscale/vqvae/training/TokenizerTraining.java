package io.nextscale.vqvae.training;

import io.nextscale.nn.Schedule;

/**
 * The settings of a training of the tokenizer.
 *
 * @param schedule learning rate and weight decay; its iterations are those of the whole training
 * @param beta1 of AdamW, 0 .. 1 (excluded)
 * @param beta2 of AdamW, 0 .. 1 (excluded)
 * @param clip the largest norm of the gradients, greater than 0
 * @param accumulation batches per step of the optimiser, at least 1
 * @param weights of the parts of the loss
 * @param codebook how codes are brought to use and kept in use
 * @param seed of every random draw
 */
public record TokenizerTraining(
    Schedule schedule,
    double beta1,
    double beta2,
    double clip,
    int accumulation,
    Weights weights,
    Codebook codebook,
    long seed) {

  /**
   * What each part counts in the loss, none negative. The quantizer's own β is part of its loss:
   * {@link io.nextscale.vqvae.VqVaeConfig#beta}.
   *
   * @param l1 of {@code mean |x̂ − x|}
   * @param l2 of {@code mean (x̂ − x)²}
   * @param perceptual of LPIPS; more than 0 needs an {@link Lpips}
   * @param quantization of the quantizer's loss
   */
  public record Weights(double l1, double l2, double perceptual, double quantization) {
    /** Checks the ranges. */
    public Weights {
      if (!(l1 >= 0 && l2 >= 0 && perceptual >= 0 && quantization >= 0)) {
        throw new IllegalArgumentException(
            "weights: none below 0; got "
                + l1
                + ", "
                + l2
                + ", "
                + perceptual
                + ", "
                + quantization);
      }
    }
  }

  /**
   * The care of the codebook.
   *
   * @param continuous iterations at the beginning that decode the map itself, so that the codes
   *     meet an encoder that already means something; 0: none
   * @param fromData whether the codes start as clusters of residual vectors of the first batch that
   *     is quantised
   * @param restartEvery iterations after which codes that were not taken start again; 0: never
   * @param restartUntil the part of the training after which none is restarted, 0 .. 1
   * @param truncation the share of images of which only the first scales are decoded, a random
   *     number of them; 0 .. 1
   */
  public record Codebook(
      int continuous, boolean fromData, int restartEvery, double restartUntil, double truncation) {

    /** Codes as they come: all scales from the beginning, no restarts. */
    public static final Codebook UNATTENDED = new Codebook(0, false, 0, 0, 0);

    /** Checks the ranges. */
    public Codebook {
      if (continuous < 0 || restartEvery < 0) {
        throw new IllegalArgumentException(
            "codebook: iterations of at least 0; got " + continuous + ", " + restartEvery);
      }
      if (!(restartUntil >= 0 && restartUntil <= 1 && truncation >= 0 && truncation <= 1)) {
        throw new IllegalArgumentException(
            "codebook: shares of 0 to 1; got " + restartUntil + ", " + truncation);
      }
    }
  }

  /** Checks the ranges. */
  public TokenizerTraining {
    if (!(clip > 0) || accumulation < 1) {
      throw new IllegalArgumentException(
          "training: a positive clip and at least one batch per step; got "
              + clip
              + ", "
              + accumulation);
    }
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException(
          "training: betas of 0 to 1, 1 excluded; got " + beta1 + ", " + beta2);
    }
  }
}
