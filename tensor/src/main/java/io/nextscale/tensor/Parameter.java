package io.nextscale.tensor;

import org.jspecify.annotations.Nullable;

/**
 * A trainable tensor: the only cell of a model that changes. Its shape stays as it was made.
 *
 * <p>Reading {@link #value()} inside {@link Gradients#of} makes the loss differentiable with
 * respect to it. Values change between recordings, never during one.
 */
public final class Parameter {

  private final Shape shape;
  private volatile @Nullable Tensor value;

  /** A parameter with its first value. */
  public Parameter(Tensor value) {
    this.shape = value.shape();
    this.value = value;
  }

  private Parameter(Shape shape) {
    this.shape = shape;
  }

  /** A parameter that has no value yet: {@link #set} gives it one. */
  public static Parameter declared(Shape shape) {
    return new Parameter(shape);
  }

  /**
   * The value, announced to the recording that is under way.
   *
   * @throws IllegalStateException when it has none yet
   */
  public Tensor value() {
    Tensor current = peek();
    Recording.announceParameter(current);
    return current;
  }

  /**
   * The value for looking at: not announced.
   *
   * @throws IllegalStateException when it has none yet
   */
  public Tensor peek() {
    Tensor current = value;
    if (current == null) {
      throw new IllegalStateException(
          "parameter " + shape + ": a value; got none — load or initialise the model first");
    }
    return current;
  }

  /** Whether it has a value. */
  public boolean isSet() {
    return value != null;
  }

  /** The extents. */
  public Shape shape() {
    return shape;
  }

  /**
   * Replaces the value.
   *
   * @throws ShapeException when the shape differs
   */
  public void set(Tensor next) {
    if (!next.shape().equals(shape)) {
      throw new ShapeException("parameter", "a value of the same shape", shape, next.shape());
    }
    value = next;
  }

  @Override
  public String toString() {
    return "parameter " + (value == null ? shape + " without a value" : value);
  }
}
