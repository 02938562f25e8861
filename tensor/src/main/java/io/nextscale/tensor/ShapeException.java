package io.nextscale.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Operands that an operation cannot take. The message reads {@code <op>: <what was expected>; got
 * <operands>}, with a hint after a dash where there is one.
 */
public final class ShapeException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  /** A message that is already complete. */
  public ShapeException(String message) {
    super(message);
  }

  /** {@code <op>: <expected>; got <shapes>}. */
  public ShapeException(String op, String expected, Shape... got) {
    super(op + ": " + expected + "; got " + join(got));
  }

  private static String join(Shape... shapes) {
    return Arrays.stream(shapes).map(Shape::toString).collect(Collectors.joining(", "));
  }
}
