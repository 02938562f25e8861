package io.nextscale.vqvae.training;

import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Schedule;
import org.jspecify.annotations.Nullable;

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
 * @param adversary or null to train without one
 * @param seed of every random draw
 * @param optimizer what makes the steps of the tokenizer; AdamW makes those of the adversary
 */
public record TokenizerTraining(
    Schedule schedule,
    double beta1,
    double beta2,
    double clip,
    int accumulation,
    Weights weights,
    Codebook codebook,
    @Nullable Adversary adversary,
    long seed,
    Optimizer.Kind optimizer) {

  /** Settings in which AdamW makes the steps. */
  public TokenizerTraining(
      Schedule schedule,
      double beta1,
      double beta2,
      double clip,
      int accumulation,
      Weights weights,
      Codebook codebook,
      @Nullable Adversary adversary,
      long seed) {
    this(
        schedule,
        beta1,
        beta2,
        clip,
        accumulation,
        weights,
        codebook,
        adversary,
        seed,
        Optimizer.Kind.ADAMW);
  }

  /**
   * What each part counts in the loss, none negative. The quantizer's own β is part of its loss:
   * {@link io.nextscale.vqvae.VqVaeConfig#beta}.
   *
   * @param l1 of {@code mean |x̂ − x|}
   * @param l2 of {@code mean (x̂ − x)²}
   * @param chroma of the same without the difference in brightness, {@code mean (d − d̄)²} with d̄
   *     the mean over the channels of a pixel. Where the colour of small things matters, it hastens
   *     what is otherwise learnt last
   * @param perceptual of LPIPS; more than 0 needs an {@link Lpips}
   * @param quantization of the quantizer's loss
   */
  public record Weights(
      double l1, double l2, double chroma, double perceptual, double quantization) {
    /** Weights without that of chroma. */
    public Weights(double l1, double l2, double perceptual, double quantization) {
      this(l1, l2, 0, perceptual, quantization);
    }

    /** Checks the ranges. */
    public Weights {
      if (!(l1 >= 0 && l2 >= 0 && chroma >= 0 && perceptual >= 0 && quantization >= 0)) {
        throw new IllegalArgumentException(
            "weights: none below 0; got "
                + l1
                + ", "
                + l2
                + ", "
                + chroma
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
   * @param restartUntil the part of the training after which none is restarted, and thrift begins
   *     ({@link io.nextscale.vqvae.MultiScaleQuantizer#tokenize}), 0 .. 1
   * @param truncation the share of images of which only the first scales are decoded, a random
   *     number of them; 0 .. 1
   * @param frozen whether encoder and codes stay what they are, and with them all tokens: the
   *     decoder alone is trained
   */
  public record Codebook(
      int continuous,
      boolean fromData,
      int restartEvery,
      double restartUntil,
      double truncation,
      boolean frozen) {

    /** The care of codes that are trained. */
    public Codebook(
        int continuous,
        boolean fromData,
        int restartEvery,
        double restartUntil,
        double truncation) {
      this(continuous, fromData, restartEvery, restartUntil, truncation, false);
    }

    /** Codes as they come: all scales from the beginning, no restarts. */
    public static final Codebook UNATTENDED = new Codebook(0, false, 0, 0, 0);

    /** Checks the ranges. */
    public Codebook {
      if (continuous < 0 || restartEvery < 0) {
        throw new IllegalArgumentException(
            "codebook: iterations of at least 0; got " + continuous + ", " + restartEvery);
      }
      if (frozen && (continuous > 0 || fromData || restartEvery > 0)) {
        throw new IllegalArgumentException(
            "codebook: nothing that changes codes where they are frozen; got "
                + continuous
                + " iterations without them, from data "
                + fromData
                + ", restarts every "
                + restartEvery);
      }
      if (!(restartUntil >= 0 && restartUntil <= 1 && truncation >= 0 && truncation <= 1)) {
        throw new IllegalArgumentException(
            "codebook: shares of 0 to 1; got " + restartUntil + ", " + truncation);
      }
    }
  }

  /**
   * A discriminator that learns to tell what the tokenizer makes from real images.
   *
   * @param weight what it counts in the loss, at least 0
   * @param adaptive whether the weight is multiplied by how much larger the gradient of the
   *     reconstruction is than the adversary's, at the decoder's last convolution
   * @param start the iteration from which it takes part, at least 0
   * @param warmUp iterations over which its weight grows from 0, at least 0
   * @param schedule of the discriminator; its iterations count from the start
   * @param augment what the discriminator sees of images
   * @param consistency the weight, in the discriminator's loss, of a change of its opinion under
   *     another augmentation; 0: none
   * @param channels of the discriminator, see {@link PatchDiscriminator#declared}
   * @param layers of the discriminator
   * @see <a href="https://arxiv.org/abs/2002.04724">Zhao et al. 2020, Improved consistency
   *     regularization for GANs, section 3.1</a>
   */
  public record Adversary(
      double weight,
      boolean adaptive,
      int start,
      int warmUp,
      Schedule schedule,
      DiffAugment augment,
      double consistency,
      int channels,
      int layers) {
    /** Checks the ranges. */
    public Adversary {
      if (!(weight >= 0 && consistency >= 0) || start < 0 || warmUp < 0) {
        throw new IllegalArgumentException(
            "adversary: weights, start and warm-up of at least 0; got "
                + weight
                + ", "
                + consistency
                + ", "
                + start
                + ", "
                + warmUp);
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

  /**
   * The recipe of the published tokenizer: {@code 0.2 L1 + L2 + LPIPS}, a hinge adversary of 0.4
   * with adaptive weight after a fifth of the iterations, learning rate 3e-4 down to 0.9e-4,
   * batches of 768 for 250 epochs. Its discriminator stood on a pretrained transformer; here it is
   * a {@link PatchDiscriminator}. The codes are cared for, which the recipe for one scale did
   * without.
   *
   * <p>Source: FoundationVision/vaex utils/arg_util.py, train.py, trainer.py @c08db77.
   *
   * @param iterations of the whole training, at least 50
   */
  public static TokenizerTraining published(int iterations, long seed) {
    int start = (int) Math.round(0.2 * iterations);
    int warmUp = (int) Math.round(0.02 * iterations);
    Schedule.Curve curve = new Schedule.Curve.Cosine();
    Schedule schedule =
        new Schedule(curve, 3e-4, 0.005, 0.005, iterations / 100, iterations, 0.005, 0.3);
    Schedule ofAdversary =
        new Schedule(curve, 3e-4, 0.0005, 0.0005, warmUp, iterations - start, 0.005, 0.3);
    return new TokenizerTraining(
        schedule,
        0.5,
        0.9,
        10,
        1,
        new Weights(0.2, 1, 1, 1),
        new Codebook(0, true, Math.max(1, iterations / 200), 0.8, 0),
        new Adversary(0.4, true, start, warmUp, ofAdversary, DiffAugment.PUBLISHED, 8, 64, 3),
        seed);
  }

  /**
   * For a small tokenizer on a CPU: pixels only, a high learning rate, codes from data that are
   * cared for.
   *
   * @param iterations of the whole training, at least 50
   */
  public static TokenizerTraining small(int iterations, long seed) {
    Schedule schedule =
        new Schedule(new Schedule.Curve.Cosine(), 1e-3, 0.005, 0.005, 50, iterations, 0.02, 0.02);
    return new TokenizerTraining(
        schedule,
        0.5,
        0.9,
        10,
        1,
        new Weights(0.2, 1, 0, 1),
        new Codebook(0, true, 50, 0.8, 0),
        null,
        seed);
  }
}
