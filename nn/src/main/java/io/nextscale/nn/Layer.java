package io.nextscale.nn;

import io.nextscale.tensor.Tensor;

/** A function of one tensor with parameters. */
@FunctionalInterface
public interface Layer {

  /** The result for x; which shapes are taken is said by each layer. */
  Tensor forward(Tensor x);
}
