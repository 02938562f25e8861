package io.nextscale.training.settings;

import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Schedule;

/**
 * How long and how fast something is trained.
 *
 * @param steps batches of the whole training
 * @param batch pictures of a batch
 * @param accumulate batches per step of the optimiser
 * @param rate the largest learning rate
 * @param curve how the rate falls, see {@link Schedule.Curve#of}
 * @param warmUp batches in which the rate rises
 * @param warmUpStart the first rate as a part of the largest
 * @param rateEnd the last rate as a part of the largest
 * @param decay weight decay at the beginning
 * @param decayEnd weight decay at the end
 * @param clip the largest norm of the gradients
 * @param ema the decay of averages of weights; 0: none
 * @param seed of everything that is drawn
 * @param optimizer what makes the steps, see {@link Optimizer.Kind#of}
 */
public record OptimizerSettings(
    @Setting("Batches of the whole training.") int steps,
    @Setting("Pictures of a batch.") int batch,
    @Setting("Batches per step of the optimiser: memory of one, noise of all of them.")
        int accumulate,
    @Setting("The largest learning rate.") double rate,
    @Setting("How the rate falls: cos, lin, lin0, lin00, exp, or linX with a part X of the way.")
        String curve,
    @Setting("Batches in which the rate rises.") int warmUp,
    @Setting("The first rate as a part of the largest.") double warmUpStart,
    @Setting("The last rate as a part of the largest.") double rateEnd,
    @Setting("Weight decay at the beginning.") double decay,
    @Setting("Weight decay at the end.") double decayEnd,
    @Setting("The largest norm of the gradients.") double clip,
    @Setting("Decay of averages of the weights, which then are measured and exported; 0: none.")
        double ema,
    @Setting("The seed of everything that is drawn.") long seed,
    @Setting("What makes the steps: adamw, as published, or muon, which learns faster.")
        String optimizer) {

  /** Checks the ranges. */
  public OptimizerSettings {
    if (steps < 2 || batch < 1 || accumulate < 1 || warmUp < 0) {
      throw new IllegalArgumentException(
          "--steps, --batch, --accumulate, --warm-up: at least 2, 1, 1 and 0; got "
              + steps
              + ", "
              + batch
              + ", "
              + accumulate
              + ", "
              + warmUp);
    }
    if (!(rate > 0 && clip > 0 && ema >= 0 && ema < 1)) {
      throw new IllegalArgumentException(
          "--rate, --clip, --ema: positive, positive, and 0 to 1 (excluded); got "
              + rate
              + ", "
              + clip
              + ", "
              + ema);
    }
    Schedule.Curve.of(curve);
    Optimizer.Kind.of(optimizer);
  }

  /**
   * Muon with a step per batch and a decay that stays; the rate rises from a hundredth and falls to
   * a hundredth along a cosine.
   */
  static OptimizerSettings muon(
      int steps, int batch, double rate, int warmUp, double decay, double clip, double ema) {
    return new OptimizerSettings(
        steps,
        batch,
        /* accumulate= */ 1,
        rate,
        "cos",
        warmUp,
        /* warmUpStart= */ 0.01,
        /* rateEnd= */ 0.01,
        decay,
        decay,
        clip,
        ema,
        /* seed= */ 0,
        "muon");
  }

  /** The last batch that completes a step of the optimiser; -1 when none does. */
  public int lastComplete() {
    return steps / accumulate * accumulate - 1;
  }

  /** Learning rate and weight decay over the batches. */
  public Schedule schedule() {
    return new Schedule(
        Schedule.Curve.of(curve), rate, decay, decayEnd, warmUp, steps, warmUpStart, rateEnd);
  }
}
