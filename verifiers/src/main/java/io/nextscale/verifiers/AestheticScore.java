package io.nextscale.verifiers;

import io.nextscale.search.Verifier;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.clip.Aesthetic;
import io.nextscale.verifiers.layer.Pixels;

/**
 * How much a picture pleases, whatever was asked for.
 *
 * @param model says it
 * @param size the side of its pictures in pixels
 */
public record AestheticScore(Aesthetic model, int size) implements Verifier {

  @Override
  public double[] score(Tensor images) {
    return Scores.of(model.forward(new Pixels(size).of(images)));
  }
}
