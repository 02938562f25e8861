package io.nextscale.tensor.op;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;

/** Checks of operands that several families make, and the texts of their errors. */
final class Operands {

  private Operands() {}

  /** {@code <op>: <expected>; got <shapes> — <hint>}. */
  static ShapeException unexpected(Op op, String expected, String hint, Shape... got) {
    return new ShapeException(
        new ShapeException(op.name(), expected, got).getMessage() + " — " + hint);
  }

  /** One operand with a last axis, along which the operation works row by row. */
  static Shape rows(Op op, Shape... in) {
    op.arity(1, in);
    if (in[0].rank() == 0) {
      throw unexpected(op, "at least one axis", "a scalar has no rows; reshape it to (1)", in);
    }
    return in[0];
  }

  /** Operands of one shape, as many as the operation takes. */
  static Shape alike(Op op, int count, Shape... in) {
    op.arity(count, in);
    for (Shape shape : in) {
      if (!shape.equals(in[0]) || shape.rank() == 0) {
        throw new ShapeException(op.name(), count + " operands of one shape (…,C)", in);
      }
    }
    return in[0];
  }

  /** Real numbers in any storage for operand {@code weight}, F32 for the others. */
  static DType withWeight(Op op, int weight, DType... in) {
    for (int i = 0; i < in.length; i++) {
      if (i == weight) {
        real(op, i, in[i]);
      } else {
        f32(op, i, in[i]);
      }
    }
    return DType.F32;
  }

  /** I32 for operand {@code indices}, F32 for the others. */
  static DType withIndices(Op op, int indices, DType... in) {
    for (int i = 0; i < in.length; i++) {
      if (i == indices) {
        i32(op, i, in[i]);
      } else {
        f32(op, i, in[i]);
      }
    }
    return DType.F32;
  }

  static void f32(Op op, int operand, DType got) {
    if (got != DType.F32) {
      throw new ShapeException(
          op.name()
              + ": F32 as operand "
              + operand
              + "; got "
              + got
              + " — convert it with to(DType.F32)");
    }
  }

  static void real(Op op, int operand, DType got) {
    if (!got.isReal()) {
      throw new ShapeException(
          op.name()
              + ": real numbers as operand "
              + operand
              + "; got "
              + got
              + " — indices are the other operand, or convert them with to(DType.F32)");
    }
  }

  static void i32(Op op, int operand, DType got) {
    if (got != DType.I32) {
      throw new ShapeException(
          op.name() + ": I32 as operand " + operand + "; got " + got + " — make it of int values");
    }
  }

  /** For the gradient operations, which are not differentiated again. */
  static UnsupportedOperationException firstDerivativeOnly(Op op) {
    return new UnsupportedOperationException(
        op.name() + ": first derivatives only — build the loss from differentiable operations");
  }
}
