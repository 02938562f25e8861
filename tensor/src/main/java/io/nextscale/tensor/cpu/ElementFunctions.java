package io.nextscale.tensor.cpu;

/**
 * Functions of single elements, {@code y[i] = f(x[i])}, and their derivatives.
 *
 * <p>Entry points, each for whole arrays of one length: {@link #activation}, {@link
 * #activationGrad}, {@link #negate}, {@link #abs}, {@link #square}, {@link #sqrt}, {@link #log},
 * {@link #relu}, {@link #sign}, {@link #clamp}, {@link #within}, {@link #affine}. The result may be
 * written over an argument.
 *
 * <p>The simple ones are plain loops with one index for all arrays, which the compiler vectorises.
 */
final class ElementFunctions {

  private static final int CHUNK = RowKernels.CHUNK;

  private ElementFunctions() {}

  /** y = f(x). */
  static void activation(ActivationKernels kernels, Activation f, float[] x, float[] y) {
    Parallel.forRange(x.length, CHUNK, (from, to) -> kernels.apply(f, x, y, from, to));
  }

  /** dx = dy f'(x). */
  static void activationGrad(
      ActivationKernels kernels, Activation f, float[] x, float[] dy, float[] dx) {
    Parallel.forRange(x.length, CHUNK, (from, to) -> kernels.applyGrad(f, x, dy, dx, from, to));
  }

  /** y = -x. */
  static void negate(float[] x, float[] y) {
    Parallel.forRange(
        x.length,
        CHUNK,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            y[i] = -x[i];
          }
        });
  }

  /** y = |x|. */
  static void abs(float[] x, float[] y) {
    Parallel.forRange(
        x.length,
        CHUNK,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            y[i] = Math.abs(x[i]);
          }
        });
  }

  /** y = x². */
  static void square(float[] x, float[] y) {
    Parallel.forRange(
        x.length,
        CHUNK,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            y[i] = x[i] * x[i];
          }
        });
  }

  /** y = sqrt x; NaN below 0. */
  static void sqrt(float[] x, float[] y) {
    Parallel.forRange(
        x.length,
        CHUNK,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            y[i] = (float) Math.sqrt(x[i]);
          }
        });
  }

  /** y = ln x; -∞ at 0 and NaN below. Computed in double by the reference algorithm of the JDK. */
  static void log(float[] x, float[] y) {
    Parallel.forRange(
        x.length,
        CHUNK / 16, // some 20 ns each
        (from, to) -> {
          for (int i = from; i < to; i++) {
            y[i] = (float) StrictMath.log(x[i]);
          }
        });
  }

  /** y = max(x, 0); a NaN stays one. */
  static void relu(float[] x, float[] y) {
    Parallel.forRange(
        x.length,
        CHUNK,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            y[i] = Math.max(x[i], 0f);
          }
        });
  }

  /** y = min(max(x, low), high); a NaN stays one. */
  static void clamp(float[] x, float low, float high, float[] y) {
    Parallel.forRange(
        x.length,
        CHUNK,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            y[i] = Math.min(Math.max(x[i], low), high);
          }
        });
  }

  /** y = 1 where low <= x <= high, else 0. */
  static void within(float[] x, float low, float high, float[] y) {
    Parallel.forRange(
        x.length,
        CHUNK,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            y[i] = x[i] >= low && x[i] <= high ? 1f : 0f;
          }
        });
  }

  /** y = -1, 0 or 1 by the sign of x. */
  static void sign(float[] x, float[] y) {
    Parallel.forRange(
        x.length,
        CHUNK,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            y[i] = Math.signum(x[i]);
          }
        });
  }

  /** y = a x + b, by {@code fma}. */
  static void affine(float[] x, float a, float b, float[] y) {
    Parallel.forRange(
        x.length,
        CHUNK,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            y[i] = Math.fma(a, x[i], b);
          }
        });
  }
}
