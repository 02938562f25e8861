package io.nextscale.nn;

import io.nextscale.tensor.Tensor;

/**
 * Is shown the results inside a model by their official names, {@code encoder.down.0.block.0}, as
 * they are computed.
 *
 * <p>A tensor may be released when the call returns; whoever wants to hold on to it copies its
 * values ({@link Tensor#toArray()}) or takes it out with {@link
 * io.nextscale.tensor.Workspace#keep}.
 */
@FunctionalInterface
public interface Observer {

  /** Looks at nothing. */
  Observer NONE = (name, value) -> {};

  /** A result has been computed. */
  void observe(String name, Tensor value);

  /** This observer for a part of a model: names get a prefix and a dot. */
  default Observer under(String prefix) {
    return this == NONE ? NONE : (name, value) -> observe(prefix + "." + name, value);
  }
}
