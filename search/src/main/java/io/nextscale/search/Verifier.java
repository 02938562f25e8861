package io.nextscale.search;

import io.nextscale.tensor.Tensor;

/**
 * Says how well pictures show what was asked for.
 *
 * <pre>{@code
 * Verifier bright = images -> {            // any code will do
 *   Tensor means = images.reshape(images.shape().dim(0), -1).mean(1);
 *   …
 * };
 * }</pre>
 */
@FunctionalInterface
public interface Verifier {

  /**
   * A score for each picture, larger is better; any finite numbers.
   *
   * @param images (B,h,w,3) in [0, 1]
   */
  double[] score(Tensor images);
}
