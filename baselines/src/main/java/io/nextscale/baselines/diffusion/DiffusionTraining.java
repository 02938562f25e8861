package io.nextscale.baselines.diffusion;

import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Schedule;

/**
 * The settings of a training.
 *
 * @param schedule learning rate and weight decay
 * @param clip the largest norm of the gradients
 * @param dropout the share of pictures that lose their class or caption, for guidance
 * @param levels how steps of the process are drawn
 * @param accumulation batches per step
 * @param seed of noise, steps of the process, and what is dropped
 * @param optimizer what makes the steps
 */
public record DiffusionTraining(
    Schedule schedule,
    double clip,
    double dropout,
    NoiseLevels levels,
    int accumulation,
    long seed,
    Optimizer.Kind optimizer) {

  /** Checks the ranges. */
  public DiffusionTraining {
    if (!(clip > 0) || accumulation < 1 || !(dropout >= 0 && dropout <= 1)) {
      throw new IllegalArgumentException(
          "diffusion training: a positive clip, at least one batch per step and a dropout of 0 to"
              + " 1; got "
              + clip
              + ", "
              + accumulation
              + ", "
              + dropout);
    }
  }
}
