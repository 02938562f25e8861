package io.nextscale.tensor.op;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Operand;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An operation on tensors, as a value: which operands it takes, what it computes, how it is
 * differentiated.
 *
 * <p>Each record states its meaning three times over: the shape rule, a plain-loop {@linkplain
 * #reference reference} that is specification and test oracle at once, and the derivative, written
 * with tensor methods so that it runs on every backend. Fast kernels live in the backends.
 */
public sealed interface Op
    permits Attention,
        Convolution,
        Elementwise,
        Layout,
        Loss,
        Lookup,
        MatrixProduct,
        Normalization,
        Reduction,
        Resampling,
        Sampling {

  /** What the tape has to keep for {@link #backward}. */
  enum Saved {
    /** Only the shapes. */
    NOTHING,
    /** The operands. */
    INPUTS,
    /** The result. */
    OUTPUT,
    /** Operands and result. */
    BOTH
  }

  /** The name in error messages: the record's name with a small first letter. */
  default String name() {
    String simple = getClass().getSimpleName();
    return Character.toLowerCase(simple.charAt(0)) + simple.substring(1);
  }

  /**
   * The shape of the result.
   *
   * @throws ShapeException when the operands do not fit together
   */
  Shape shape(Shape... in);

  /**
   * The element type of the result; by default real operands give {@link DType#F32}.
   *
   * @throws ShapeException when an operand has a type that this operation does not take
   */
  default DType type(DType... in) {
    for (int i = 0; i < in.length; i++) {
      if (in[i] != DType.F32) {
        throw new ShapeException(
            name()
                + ": F32 operands; got "
                + in[i]
                + " as operand "
                + i
                + " — convert it with to(DType.F32)");
      }
    }
    return DType.F32;
  }

  /**
   * Computes the result in plain loops. Sums are taken in double precision, so that this is an
   * oracle for the kernels of the backends.
   *
   * @param in operands on the Java heap
   * @param out of the shape {@link #shape} gives, of unspecified content; every element is written
   */
  void reference(Operand[] in, Operand out);

  /**
   * The gradients of the operands, given that of the result.
   *
   * @param dy gradient of the loss with respect to the result, of its shape
   * @param y the result; only its shape unless {@link #saves} keeps it
   * @param in the operands; only their shapes unless {@link #saves} keeps them
   * @return one entry per operand; null where there is no gradient
   */
  @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in);

  /**
   * The same for some of the operands. An operation whose gradients cost much, each on its own,
   * leaves out those that nobody wants; others give them all.
   *
   * @param wanted one entry per operand
   * @return one entry per operand; those not wanted may be null
   */
  default @Nullable Tensor[] backward(boolean[] wanted, Tensor dy, Tensor y, Tensor... in) {
    return backward(dy, y, in);
  }

  /** {@link #backward(boolean[], Tensor, Tensor, Tensor...)} with every gradient wanted. */
  default @Nullable Tensor[] allGradients(Tensor dy, Tensor y, Tensor... in) {
    boolean[] wanted = new boolean[in.length];
    Arrays.fill(wanted, true);
    return backward(wanted, dy, y, in);
  }

  /** What {@link #backward} reads besides {@code dy}. */
  default Saved saves() {
    return Saved.INPUTS;
  }

  /** Whether the result shares the storage of operand 0 and nothing is computed. */
  default boolean isView() {
    return false;
  }

  /**
   * The floating-point operations of its products, two per multiplication and addition: what the
   * work of a network is measured in. Operations without sums of products, which cost little beside
   * them, count as 0, and so do derivatives.
   *
   * @param out the shape of the result
   * @param in the shapes of the operands
   */
  default double flops(Shape out, Shape... in) {
    return 0;
  }

  /** The gradients in operand order. */
  static @Nullable Tensor[] gradients(@Nullable Tensor... gradients) {
    return gradients;
  }

  /** Checks the number of operands. */
  default void arity(int expected, Shape... in) {
    if (in.length != expected) {
      throw new ShapeException(name(), expected + " operands", in);
    }
  }
}
