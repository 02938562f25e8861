package io.nextscale.var;

import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Schedule;
import io.nextscale.nn.Slices;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a training.
 *
 * <pre>{@code
 * Training.of(Steps.published(schedule)).with(new Chance(0.1, 0, 0)).withSeed(7)
 * }</pre>
 *
 * @param steps how weights move
 * @param loss what tokens count
 * @param chance what is left to chance
 * @param computation how a batch is computed
 * @param progressive or null to train all scales from the beginning
 * @param seed of what is dropped
 */
public record Training(
    Steps steps,
    Loss loss,
    Chance chance,
    Computation computation,
    @Nullable Progressive progressive,
    long seed) {

  /**
   * How weights move.
   *
   * @param schedule learning rate and weight decay
   * @param clip the largest norm of the gradients
   * @param accumulation batches per step
   * @param optimizer what makes the steps
   */
  public record Steps(Schedule schedule, double clip, int accumulation, Optimizer.Kind optimizer) {

    private static final double PUBLISHED_CLIP = 2;

    /** As published: AdamW, a clip of 2, a step per batch. */
    public static Steps published(Schedule schedule) {
      return new Steps(schedule, PUBLISHED_CLIP, 1, Optimizer.Kind.ADAMW);
    }
  }

  /**
   * What tokens count, see {@link TokenLoss}.
   *
   * @param smoothing of the targets, 0 .. 1
   * @param balance how much less a token of a large scale weighs; 0: all alike
   */
  public record Loss(double smoothing, double balance) {

    /** All tokens alike, without smoothing. */
    public static final Loss PLAIN = new Loss(0, 0);
  }

  /**
   * What is left to chance.
   *
   * @param classDropout the share of images that lose their class or caption, for guidance
   * @param dropPath the rate of the last block, see {@link DropPath}
   * @param corruption the most of a scale's tokens that are replaced before the transformer reads
   *     them, see {@link Corruption}; 0: none
   */
  public record Chance(double classDropout, double dropPath, double corruption) {

    /** Nothing. */
    public static final Chance NONE = new Chance(0, 0, 0);

    private static final double PUBLISHED_CLASS_DROPOUT = 0.1;

    /** As published for a depth: a tenth of the classes, and the paths of {@link DropPath}. */
    public static Chance published(int depth) {
      return new Chance(PUBLISHED_CLASS_DROPOUT, DropPath.publishedRate(depth), 0);
    }
  }

  /**
   * How a batch is computed.
   *
   * @param recompute whether blocks are computed again on the way back, which saves memory
   * @param slices of a batch that are computed side by side, see {@link Slices}; 1: none
   */
  public record Computation(boolean recompute, int slices) {

    /** At once, with everything kept for the way back. */
    public static final Computation WHOLE = new Computation(false, 1);
  }

  /** Checks the ranges. */
  public Training {
    double clip = steps.clip;
    int accumulation = steps.accumulation;
    double smoothing = loss.smoothing;
    if (!(clip > 0) || accumulation < 1 || smoothing < 0 || smoothing > 1) {
      throw new IllegalArgumentException(
          "training: a positive clip, at least one batch per step and a smoothing of 0 to 1; got "
              + clip
              + ", "
              + accumulation
              + ", "
              + smoothing);
    }
    double balance = loss.balance;
    if (!(balance >= 0 && Double.isFinite(balance))) {
      throw new IllegalArgumentException("training: a balance of at least 0; got " + balance);
    }
    double corruption = chance.corruption;
    if (!(corruption >= 0 && corruption <= 1)) {
      throw new IllegalArgumentException("training: a corruption of 0 to 1; got " + corruption);
    }
    int slices = computation.slices;
    if (slices < 1) {
      throw new IllegalArgumentException("training: at least one slice of a batch; got " + slices);
    }
    double classDropout = chance.classDropout;
    double dropPath = chance.dropPath;
    if (!(classDropout >= 0 && classDropout <= 1) || !(dropPath >= 0 && dropPath < 1)) {
      throw new IllegalArgumentException(
          "training: rates of 0 to 1; got " + classDropout + ", " + dropPath);
    }
  }

  /** All scales from the beginning, tokens alike, nothing left to chance, batches at once. */
  public static Training of(Steps steps) {
    return new Training(steps, Loss.PLAIN, Chance.NONE, Computation.WHOLE, null, 0);
  }

  /** The published settings for a depth: clip 2, a tenth of the classes dropped. */
  public static Training published(Schedule schedule, int depth) {
    return of(Steps.published(schedule)).with(Chance.published(depth));
  }

  /** The same with another loss. */
  public Training with(Loss other) {
    return new Training(steps, other, chance, computation, progressive, seed);
  }

  /** The same with something else left to chance. */
  public Training with(Chance other) {
    return new Training(steps, loss, other, computation, progressive, seed);
  }

  /** The same in another way. */
  public Training with(Computation other) {
    return new Training(steps, loss, chance, other, progressive, seed);
  }

  /** The same beginning with the first scales. */
  public Training with(Progressive other) {
    return new Training(steps, loss, chance, computation, other, seed);
  }

  /** The same with another seed. */
  public Training withSeed(long other) {
    return new Training(steps, loss, chance, computation, progressive, other);
  }

  /** The same with a batch in so many slices. */
  public Training withSlices(int slices) {
    return with(new Computation(computation.recompute, slices));
  }

  /** The same without anything left to chance. */
  public Training withoutDropping() {
    return with(Chance.NONE);
  }
}
