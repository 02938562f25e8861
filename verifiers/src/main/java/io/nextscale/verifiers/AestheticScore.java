package io.nextscale.verifiers;

import io.nextscale.search.Verifier;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.clip.Aesthetic;
import io.nextscale.verifiers.layer.Pixels;

/**
 * How much a picture pleases, whatever was asked for.
 *
 * @param model says it
 */
public record AestheticScore(Aesthetic model) implements Verifier {

  @Override
  public double[] score(Tensor images) {
    return Scores.of(model.forward(new Pixels(model.size()).of(images)));
  }
}
