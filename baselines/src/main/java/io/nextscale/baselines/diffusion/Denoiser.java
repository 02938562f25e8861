package io.nextscale.baselines.diffusion;

import io.nextscale.tensor.Tensor;

/**
 * Says what of a map is noise: a network, or where the distribution of maps is known, a formula.
 */
@FunctionalInterface
public interface Denoiser {

  /**
   * The noise ε in maps.
   *
   * @param x x_t, (B,h,w,C)
   * @param times of each map, in the numbers of the process that was not respaced
   * @return (B,h,w,C); or (B,h,w,2C) with the choice of variances behind, as {@link
   *     Diffusion#logVariance} takes it
   */
  Tensor predict(Tensor x, int... times);

  /** The noise, the first C channels of a prediction. */
  static Tensor epsilon(Tensor prediction, int channels) {
    return prediction.shape().dim(3) == channels ? prediction : prediction.slice(3, 0, channels);
  }
}
