package io.nextscale.tensor.spi;

import io.nextscale.tensor.Tensor;
import java.util.List;

/** A {@link Program} compiled by a backend. */
@FunctionalInterface
public interface Executable {

  /** Runs the program on inputs of the traced shapes and types. */
  Tensor run(List<Tensor> inputs);
}
