package io.nextscale.search;

import io.nextscale.tensor.Tensor;

/** Scores pictures under way by the model's own map of them, which costs no decoding. */
@FunctionalInterface
public interface LatentVerifier {

  /**
   * A score for each picture, larger is better; any finite numbers.
   *
   * @param maps what {@link Stepwise#maps} gives, such as (B,H,W,Cv)
   */
  double[] score(Tensor maps);
}
