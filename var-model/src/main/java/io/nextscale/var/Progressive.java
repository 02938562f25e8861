package io.nextscale.var;

import io.nextscale.nn.Schedule;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;

/**
 * Progressive training: it begins with the first scales and adds the others one by one.
 *
 * <p>Source: FoundationVision/VAR train.py and trainer.py @78b9539.
 *
 * @param first the last scale that is trained at the beginning, 1 .. S − 1
 * @param end the part of the training after which all scales are trained, 0 .. 1
 * @param warmUp iterations in which a new scale comes to its full weight
 */
public record Progressive(int first, double end, double warmUp) {

  /** Checks the ranges. */
  public Progressive {
    if (first < 1 || !(end > 0 && end <= 1)) {
      throw new IllegalArgumentException(
          "progressive: a first scale of at least 1 and an end of 0 to 1; got "
              + first
              + ", "
              + end
              + " — the scale 0 alone has no input");
    }
  }

  /** The last scale that is trained in an iteration, 1 .. scales − 1. */
  public int scale(int iteration, Schedule schedule, int scales) {
    double all = schedule.iterations() * end;
    if (iteration <= schedule.warmUp()) {
      return Math.min(first, scales - 1);
    }
    if (iteration >= all) {
      return scales - 1;
    }
    double way = (iteration - schedule.warmUp()) / (all - schedule.warmUp());
    double progress = Math.min(Math.max(way, 0), 1);
    return (int) (first + Math.rint(progress * (scales - 1 - first)));
  }

  /** The weight of the newest scale, which rises with the iterations since it came. */
  public static final class Weight {

    private final double warmUp;
    private int scale = -1;
    private boolean firstStage = true;
    private int iterations;

    /** A weight at the beginning of a training. */
    public Weight(Progressive progressive) {
      this.warmUp = progressive.warmUp();
    }

    /** The weight in the next iteration, which trains up to this scale: 0.01 .. 1. */
    public double next(int upTo) {
      if (upTo != scale) {
        firstStage = scale == -1;
        scale = upTo;
        iterations = 0;
      }
      iterations++;
      return firstStage ? 1 : Math.max(Math.min(iterations / warmUp, 1), 0.01);
    }

    /** What the next weight depends on, I32 (3). */
    Tensor state() {
      return Tensor.ofInts(Shape.of(3), scale, firstStage ? 1 : 0, iterations);
    }

    /** Goes back to a state. */
    void restore(Tensor state) {
      int[] values = state.toInts();
      scale = values[0];
      firstStage = values[1] != 0;
      iterations = values[2];
    }
  }
}
