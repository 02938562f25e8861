package io.nextscale.verifiers;

import io.nextscale.tensor.Tensor;

/** Numbers of a network as scores. */
final class Scores {

  private Scores() {}

  /** The elements of a tensor (B). */
  static double[] of(Tensor values) {
    float[] floats = values.toArray();
    double[] scores = new double[floats.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = floats[i];
    }
    return scores;
  }
}
