package io.nextscale.training.settings;

import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Slices;
import io.nextscale.var.Progressive;
import io.nextscale.var.TextConfig;
import io.nextscale.var.TokenLoss;
import io.nextscale.var.Training;
import io.nextscale.var.VarConfig;
import io.nextscale.var.VarInitialization;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVaeConfig;
import java.util.List;

/**
 * Everything that decides on a transformer, beside pictures and tokenizer.
 *
 * @param pictures how they come to the size of the tokenizer
 * @param model the sizes of the network
 * @param optimizer how long and how fast
 * @param chance what is left out at random
 * @param weights what tokens count
 * @param progressive whether training begins with the first scales
 * @param sampling how pictures are made to see how far it is
 * @param computation how a batch is shared out
 */
public record VarSettings(
    PictureSettings pictures,
    Model model,
    OptimizerSettings optimizer,
    Chance chance,
    Weights weights,
    Growth progressive,
    Sampling sampling,
    Computation computation) {

  /** The condition of a model that reads captions. */
  public static final String TEXT = "text";

  /** The condition of a model that reads labels. */
  public static final String CLASSES = "classes";

  /** The sizes of the network; see {@link VarConfig} and {@link TextConfig}. */
  public record Model(
      @Setting("What a picture is made from: text or classes.") String condition,
      @Setting("Blocks.") int depth,
      @Setting("Channels.") int width,
      @Setting("Heads of attention.") int heads,
      @Setting("One layer for the conditions of all blocks.") boolean sharedCondition,
      @Setting("Queries and keys of length 1, with a learned scale per head.")
          boolean unitAttention,
      @Setting("A token also reads what surrounds its place, by a 3 x 3 convolution.")
          boolean neighbours,
      @Setting("Queries and keys turn with their places (rotary position embedding).")
          boolean rotary,
      @Setting(
              "The first N grids are predicted token by token, the others at once, where the first"
                  + " grid is 1x1; 0: none.")
          int serial,
      @Setting("How open the blocks are at the beginning.") double gates,
      @Setting("Channels of the encoder of captions.") int textWidth,
      @Setting("Layers of the encoder of captions.") int textDepth,
      @Setting("Heads of the encoder of captions.") int textHeads,
      @Setting(
              "Pieces of a caption turn with their places: what stands before what is learnt sooner.")
          boolean textRotary,
      @Setting("Word pieces of a caption; the rest of longer ones is not read.") int textLength,
      @Setting("The most word pieces that are learnt from the captions.") int words) {

    /** Checks the condition. */
    public Model {
      requireCondition(condition);
      requireDivisor("--heads", heads, "--width", width);
      requireDivisor("--text-heads", textHeads, "--text-width", textWidth);
      if (serial < 0) {
        throw new IllegalArgumentException("--serial: at least 0 grids; got " + serial);
      }
      if (depth < 1 || textDepth < 1 || textLength < 2 || words < 4) {
        throw new IllegalArgumentException(
            "--depth, --text-depth, --text-length, --words: at least 1, 1, 2 and 4; got "
                + List.of(depth, textDepth, textLength, words));
      }
    }

    static void requireCondition(String condition) {
      if (!condition.equals(TEXT) && !condition.equals(CLASSES)) {
        throw new IllegalArgumentException("--condition: text or classes; got " + condition);
      }
    }

    static void requireDivisor(String flag, int heads, String of, int width) {
      if (heads < 1 || width < 1 || width % heads != 0) {
        throw new IllegalArgumentException(
            "%s: a divisor of %s %d; got %d".formatted(flag, of, width, heads));
      }
    }
  }

  /** What is left out at random. */
  public record Chance(
      @Setting("Smoothing of the targets, 0 to 1.") double smoothing,
      @Setting("The part of pictures that lose their condition, for guidance.") double dropout,
      @Setting("The part of branches that the last block leaves out.") double dropPath,
      @Setting(
              "The most of a scale's tokens that are replaced by another picture's before they are"
                  + " read, so that the transformer learns to set them right; 0: none.")
          double corruption) {}

  /** What tokens count; see {@link TokenLoss}. */
  public record Weights(
      @Setting("How much less a token of a large grid weighs: its weight is n^-X in a grid of n.")
          double balance) {}

  /** Progressive training; see {@link Progressive}. */
  public record Growth(
      @Setting("The last scale, from 0, that is trained at the beginning; 0: all of them.")
          int progressive,
      @Setting("The part of the training after which all scales are trained.")
          double progressiveEnd,
      @Setting("Batches in which a new scale comes to its full weight.")
          double progressiveWarmUp) {}

  /** How pictures are made to see how far the training is. */
  public record Sampling(
      @Setting("Pictures that are made and judged at each evaluation; 0: none.") int judged,
      @Setting("Guidance of these pictures.") double guidance,
      @Setting("Draw from the N most probable tokens only; 0: all.") int topK,
      @Setting("Draw from the most probable tokens of joint probability P; 0: all.") double topP) {}

  /** How a batch is shared out; see {@link Slices}. */
  public record Computation(
      @Setting(
              "Slices of a batch that are computed side by side, each by one thread: faster where"
                  + " the network is small; 1: none.")
          int slices) {}

  /** Whether captions are the condition. */
  public boolean readsText() {
    return model.condition().equals(TEXT);
  }

  /**
   * The configuration of the transformer.
   *
   * @param tokenizer whose tokens it learns
   * @param classes how many there are, where classes are the condition
   * @param pieces how many word pieces there are, where text is
   */
  public VarConfig config(VqVaeConfig tokenizer, int classes, int pieces) {
    return new VarConfig(
        model.depth(),
        model.width(),
        model.heads(),
        readsText() ? 0 : classes,
        tokenizer.codeChannels(),
        tokenizer.vocabulary(),
        tokenizer.scales(),
        model.sharedCondition(),
        model.unitAttention(),
        readsText()
            ? new TextConfig(
                pieces,
                model.textLength(),
                model.textWidth(),
                model.textDepth(),
                model.textHeads(),
                model.textRotary())
            : null,
        model.neighbours(),
        model.rotary(),
        serial(tokenizer.scales()));
  }

  /** How many of the grids of a tokenizer are predicted token by token. */
  private int serial(Scales scales) {
    return scales.tokens(0) == 1 ? Math.min(model.serial(), scales.count()) : 0;
  }

  /** The rule of the first values. */
  public VarInitialization initialization() {
    VarInitialization published = VarInitialization.published();
    return new VarInitialization(published.scaleAndShift(), model.gates(), published.head());
  }

  /**
   * The settings as the trainer takes them.
   *
   * @param recompute whether blocks run again on the way back; it changes memory, not results
   */
  public Training training(boolean recompute) {
    return new Training(
        new Training.Steps(
            optimizer.schedule(),
            optimizer.clip(),
            optimizer.accumulate(),
            Optimizer.Kind.of(optimizer.optimizer())),
        new Training.Loss(chance.smoothing(), weights.balance()),
        new Training.Chance(chance.dropout(), chance.dropPath(), chance.corruption()),
        new Training.Computation(recompute, computation.slices()),
        progressive.progressive() == 0
            ? null
            : new Progressive(
                progressive.progressive(),
                progressive.progressiveEnd(),
                progressive.progressiveWarmUp()),
        optimizer.seed());
  }
}
