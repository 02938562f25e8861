package io.nextscale.tensor.op;

import io.nextscale.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Operands that an operation refuses, and what its message has to say.
 *
 * @param parts pieces of the message, besides its name in front and "; got" with the operands
 */
record Misfit(Op op, List<Shape> shapes, List<String> parts) {

  static Misfit of(Op op, List<Shape> shapes, String... parts) {
    return new Misfit(op, shapes, List.of(parts));
  }

  /** {@code shapes("2,3", "4")}; an empty text is a scalar. */
  static List<Shape> shapes(String... texts) {
    return Arrays.stream(texts).map(Misfit::shape).toList();
  }

  private static Shape shape(String text) {
    return text.isEmpty()
        ? Shape.of()
        : Shape.of(Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray());
  }
}
