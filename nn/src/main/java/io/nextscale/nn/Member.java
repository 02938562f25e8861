package io.nextscale.nn;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;

/** A tensor of a model that checkpoints store, with its name. */
public sealed interface Member {

  /** The path through the record tree, {@code blocks.3.attn.proj.weight}. */
  String name();

  /** The extents. */
  Shape shape();

  /**
   * The value.
   *
   * @throws IllegalStateException when a parameter has none yet
   */
  Tensor value();

  /**
   * A parameter.
   *
   * @param name its path
   * @param parameter the cell
   * @param role what becomes of it
   */
  record Variable(String name, Parameter parameter, Role role) implements Member {
    @Override
    public Shape shape() {
      return parameter.shape();
    }

    @Override
    public Tensor value() {
      return parameter.peek();
    }
  }

  /**
   * A tensor that follows from the configuration.
   *
   * @param name its path
   * @param constant its shape and value
   */
  record Fixed(String name, Constant constant) implements Member {
    @Override
    public Shape shape() {
      return constant.shape();
    }

    @Override
    public Tensor value() {
      return constant.value();
    }
  }

  /** What becomes of a parameter. */
  enum Role {
    /** Trained; the {@link Weight} of a linear layer or a convolution. */
    WEIGHT,
    /** Trained. */
    TRAINED,
    /** Kept: a {@link Buffer}. */
    STATE
  }
}
