package io.nextscale.tensor.cpu;

/** The functions of two numbers that {@link ArithmeticKernels} computes. */
enum Arithmetic {
  PLUS,
  MINUS,
  TIMES,
  DIVIDE,
  /** As {@code Math.max}. */
  MAXIMUM,
  /** As {@code Math.min}. */
  MINIMUM,
  /** 1 where a >= b, else 0. */
  AT_LEAST;

  float apply(float a, float b) {
    return switch (this) {
      case PLUS -> a + b;
      case MINUS -> a - b;
      case TIMES -> a * b;
      case DIVIDE -> a / b;
      case MAXIMUM -> Math.max(a, b);
      case MINIMUM -> Math.min(a, b);
      case AT_LEAST -> a >= b ? 1f : 0f;
    };
  }
}
