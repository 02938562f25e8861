package io.nextscale.training.settings;

import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Schedule;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVaeConfig;
import io.nextscale.vqvae.training.DiffAugment;
import io.nextscale.vqvae.training.TokenizerTraining;
import java.util.List;

/**
 * Everything that decides on a tokenizer, beside the pictures it learns from.
 *
 * @param pictures their size
 * @param model the sizes of the networks
 * @param optimizer how long and how fast
 * @param betas of AdamW
 * @param loss what each part counts
 * @param codebook how codes are kept in use
 * @param adversary the discriminator
 */
public record TokenizerSettings(
    PictureSettings pictures,
    Model model,
    OptimizerSettings optimizer,
    Betas betas,
    Loss loss,
    Codebook codebook,
    Adversary adversary) {

  /** The sizes of the networks; see {@link VqVaeConfig}. */
  public record Model(
      @Setting("Width of the networks at full resolution.") int channels,
      @Setting("Widths per level as multiples of it; pictures halve between levels.")
          List<Integer> multipliers,
      @Setting("Residual blocks per level.") int blocks,
      @Setting("Codes, the vocabulary of the transformer.") int codes,
      @Setting("Channels of a code.") int codeChannels,
      @Setting("Sides of the grids, coarse to fine; the last is that of the map.")
          List<Integer> scales,
      @Setting("Smoothing convolutions: 0 one per scale, 1 one for all, else a few shared.")
          int phis,
      @Setting("The part of the convolution in what they give; 0: none.") double phiRatio,
      @Setting("What the encoder's part counts in the loss of the codes.") double beta,
      @Setting("Compare directions of vectors, not distances.") boolean cosine,
      @Setting("Side of the square of pixels that is one position at full resolution.") int patch,
      @Setting("Networks without normalisation and attention.") boolean plain,
      @Setting(
              "What rare codes cost when tokens are chosen, in mean squares of the codes per nat; 0:"
                  + " the nearest codes are taken.")
          double thrift,
      @Setting("Tell the networks where a position is, so that a 1x1 grid can tell places.")
          boolean places) {

    /** Copies the lists. */
    public Model {
      multipliers = List.copyOf(multipliers);
      scales = List.copyOf(scales);
    }

    /** The configuration of the tokenizer. */
    public VqVaeConfig config() {
      return new VqVaeConfig(
          channels,
          multipliers,
          blocks,
          codes,
          codeChannels,
          Scales.of(scales.stream().mapToInt(Integer::intValue).toArray()),
          phis,
          (float) phiRatio,
          (float) beta,
          cosine,
          patch,
          plain,
          (float) thrift,
          places);
    }
  }

  /** The moments of AdamW. */
  public record Betas(
      @Setting("How much AdamW remembers of gradients.") double beta1,
      @Setting("How much AdamW remembers of their squares.") double beta2) {}

  /** What each part of the loss counts; see {@link TokenizerTraining.Weights}. */
  public record Loss(
      @Setting("Weight of the mean absolute difference.") double l1,
      @Setting("Weight of the mean squared difference.") double l2,
      @Setting("Weight of the mean squared difference in colour, brightness left out.")
          double chroma,
      @Setting("Weight of LPIPS; more than 0 needs --lpips and --lpips-linear.") double lpipsWeight,
      @Setting("Weight of the loss of the codes.") double quantization) {}

  /** How codes are kept in use; see {@link TokenizerTraining.Codebook}. */
  public record Codebook(
      @Setting("Batches at the beginning without quantisation.") int continuous,
      @Setting("Let the codes begin as clusters of the first quantised batch.") boolean fromData,
      @Setting("Batches after which codes that nobody took start again; 0: never.")
          int restartEvery,
      @Setting("The part of the training after which none starts again, and rare ones cost.")
          double restartUntil,
      @Setting("The part of pictures of which only the first scales are decoded.")
          double truncation,
      @Setting("Train the decoder alone: with --init, the tokens stay what they are.")
          boolean frozen) {}

  /** The discriminator; see {@link TokenizerTraining.Adversary}. */
  public record Adversary(
      @Setting("Weight of a discriminator; 0: none.") double discriminator,
      @Setting("Balance the discriminator by gradients of the decoder's last layer.")
          boolean adaptive,
      @Setting("The part of the training after which the discriminator takes part.")
          double discriminatorStart,
      @Setting("The part of the training in which its weight rises.") double discriminatorWarmUp,
      @Setting("Show it changed pictures (DiffAugment).") boolean diffAugment,
      @Setting("What a change of its opinion under other changes costs it.") double consistency,
      @Setting("Channels of the discriminator.") int discriminatorChannels,
      @Setting("Layers of the discriminator.") int discriminatorLayers) {}

  /** Weight decay of the discriminator, as a part of that of the tokenizer. */
  private static final double DECAY_OF_ADVERSARY = 0.1;

  /** Checks that pictures and scales fit. */
  public TokenizerSettings {
    int side = model.config().imageHeight();
    if (side != pictures.size()) {
      throw new IllegalArgumentException(
          "--size: %d pixels, %d times the last of --scales %s; got %d — change one of them"
              .formatted(
                  side, model.config().downsampling(), model.config().scales(), pictures.size()));
    }
  }

  /** The settings as the trainer takes them. */
  public TokenizerTraining training() {
    return new TokenizerTraining(
        optimizer.schedule(),
        betas.beta1(),
        betas.beta2(),
        optimizer.clip(),
        optimizer.accumulate(),
        new TokenizerTraining.Weights(
            loss.l1(), loss.l2(), loss.chroma(), loss.lpipsWeight(), loss.quantization()),
        new TokenizerTraining.Codebook(
            codebook.continuous(),
            codebook.fromData(),
            codebook.restartEvery(),
            codebook.restartUntil(),
            codebook.truncation(),
            codebook.frozen()),
        adversary.discriminator() == 0 ? null : opposition(),
        optimizer.seed(),
        Optimizer.Kind.of(optimizer.optimizer()));
  }

  private TokenizerTraining.Adversary opposition() {
    int steps = optimizer.steps();
    int start = (int) Math.round(adversary.discriminatorStart() * steps);
    int warmUp = (int) Math.round(adversary.discriminatorWarmUp() * steps);
    Schedule schedule =
        new Schedule(
            Schedule.Curve.of(optimizer.curve()),
            optimizer.rate(),
            optimizer.decay() * DECAY_OF_ADVERSARY,
            optimizer.decayEnd() * DECAY_OF_ADVERSARY,
            warmUp,
            Math.max(2, steps - start),
            optimizer.warmUpStart(),
            optimizer.rateEnd());
    return new TokenizerTraining.Adversary(
        adversary.discriminator(),
        adversary.adaptive(),
        start,
        warmUp,
        schedule,
        adversary.diffAugment() ? DiffAugment.PUBLISHED : DiffAugment.NONE,
        adversary.consistency(),
        adversary.discriminatorChannels(),
        adversary.discriminatorLayers());
  }
}
