package io.nextscale.nn;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;

/**
 * A table of vectors: I32 indices (…) in 0 .. V−1 give their rows (…,C).
 *
 * @param weight (V,C)
 */
public record Embedding(Parameter weight) implements Layer {

  /** A table whose rows have no values yet. */
  public static Embedding declared(int rows, int width) {
    return new Embedding(Parameter.declared(Shape.of(rows, width)));
  }

  @Override
  public Tensor forward(Tensor indices) {
    return weight.value().rows(indices);
  }
}
