package io.nextscale.var;

import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Schedule;
import io.nextscale.nn.Slices;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a training.
 *
 * @param schedule learning rate and weight decay
 * @param clip the largest norm of the gradients
 * @param smoothing of the targets, 0 .. 1
 * @param classDropout the share of images that lose their class or caption, for guidance
 * @param dropPath the rate of the last block, see {@link DropPath}
 * @param accumulation batches per step
 * @param recompute whether blocks are computed again on the way back, which saves memory
 * @param progressive or null to train all scales from the beginning
 * @param seed of what is dropped
 * @param balance how much less a token of a large scale weighs, see {@link TokenLoss}; 0: all alike
 * @param optimizer what makes the steps
 * @param corruption the most of a scale's tokens that are replaced before the transformer reads
 *     them, see {@link Corruption}; 0: none
 * @param slices of a batch that are computed side by side, see {@link Slices}; 1: none
 */
public record Training(
    Schedule schedule,
    double clip,
    double smoothing,
    double classDropout,
    double dropPath,
    int accumulation,
    boolean recompute,
    @Nullable Progressive progressive,
    long seed,
    double balance,
    Optimizer.Kind optimizer,
    double corruption,
    int slices) {

  /** Settings in which a batch is computed as a whole. */
  public Training(
      Schedule schedule,
      double clip,
      double smoothing,
      double classDropout,
      double dropPath,
      int accumulation,
      boolean recompute,
      @Nullable Progressive progressive,
      long seed,
      double balance,
      Optimizer.Kind optimizer,
      double corruption) {
    this(
        schedule,
        clip,
        smoothing,
        classDropout,
        dropPath,
        accumulation,
        recompute,
        progressive,
        seed,
        balance,
        optimizer,
        corruption,
        1);
  }

  /** Settings in which all tokens weigh alike and AdamW makes the steps. */
  public Training(
      Schedule schedule,
      double clip,
      double smoothing,
      double classDropout,
      double dropPath,
      int accumulation,
      boolean recompute,
      @Nullable Progressive progressive,
      long seed) {
    this(
        schedule,
        clip,
        smoothing,
        classDropout,
        dropPath,
        accumulation,
        recompute,
        progressive,
        seed,
        0,
        Optimizer.Kind.ADAMW,
        0);
  }

  /** Checks the ranges. */
  public Training {
    if (!(clip > 0) || accumulation < 1 || smoothing < 0 || smoothing > 1) {
      throw new IllegalArgumentException(
          "training: a positive clip, at least one batch per step and a smoothing of 0 to 1; got "
              + clip
              + ", "
              + accumulation
              + ", "
              + smoothing);
    }
    if (!(balance >= 0 && Double.isFinite(balance))) {
      throw new IllegalArgumentException("training: a balance of at least 0; got " + balance);
    }
    if (!(corruption >= 0 && corruption <= 1)) {
      throw new IllegalArgumentException("training: a corruption of 0 to 1; got " + corruption);
    }
    if (slices < 1) {
      throw new IllegalArgumentException("training: at least one slice of a batch; got " + slices);
    }
    if (!(classDropout >= 0 && classDropout <= 1) || !(dropPath >= 0 && dropPath < 1)) {
      throw new IllegalArgumentException(
          "training: rates of 0 to 1; got " + classDropout + ", " + dropPath);
    }
  }

  /** The published settings for a depth: clip 2, a tenth of the classes dropped. */
  public static Training published(Schedule schedule, int depth) {
    return new Training(schedule, 2, 0, 0.1, DropPath.publishedRate(depth), 1, false, null, 0);
  }

  /** The same with a batch in so many slices. */
  public Training withSlices(int slices) {
    return new Training(
        schedule,
        clip,
        smoothing,
        classDropout,
        dropPath,
        accumulation,
        recompute,
        progressive,
        seed,
        balance,
        optimizer,
        corruption,
        slices);
  }

  /** The same without anything left to chance. */
  public Training withoutDropping() {
    return new Training(
        schedule,
        clip,
        smoothing,
        0,
        0,
        accumulation,
        recompute,
        progressive,
        seed,
        balance,
        optimizer,
        0,
        slices);
  }
}
