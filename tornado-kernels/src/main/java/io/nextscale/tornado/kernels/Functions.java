package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/** Functions of one number that several kernels apply. */
final class Functions {

  private static final float SQRT_2_OVER_PI = 0.7978845608f;
  private static final float SQRT_HALF = 0.7071067812f;
  private static final float ONE_OVER_SQRT_2_PI = 0.3989422804f;
  private static final float CUBIC = 0.044715f;

  private Functions() {}

  /** 1 for a number, 0 for NaN. */
  @SuppressWarnings("IdentityBinaryExpression") // as Float.isNaN does it
  static int isNumber(float x) {
    return x == x ? 1 : 0;
  }

  /** The larger number; NaN if one is, which the device's function would ignore; 0 before −0. */
  static float larger(float x, float y) {
    float z = x > y ? x : y;
    if (x == 0 && y == 0) {
      z = x + y;
    }
    return isNumber(x) == 1 ? z : x;
  }

  /** The smaller number; NaN if one is; −0 before 0. */
  static float smaller(float x, float y) {
    return -larger(-x, -y);
  }

  static float sigmoid(float x) {
    return 1 / (1 + TornadoMath.exp(-x));
  }

  static float silu(float x) {
    return x / (1 + TornadoMath.exp(-x));
  }

  static float siluGrad(float x, float dy) {
    float s = sigmoid(x);
    return dy * s * (1 + x * (1 - s));
  }

  static float gelu(float x) {
    return 0.5f * x * (1 + tanhOfGelu(inside(x)));
  }

  static float geluGrad(float x, float dy) {
    float c = inside(x);
    float t = tanhOfGelu(c);
    float inner = SQRT_2_OVER_PI * (1 + 3 * CUBIC * c * c);
    return dy * (0.5f * (1 + t) + 0.5f * c * (1 - t * t) * inner);
  }

  private static float tanhOfGelu(float x) {
    return saturatingTanh(SQRT_2_OVER_PI * (x + CUBIC * x * x * x));
  }

  /** Exactly 1 where it rounds to 1; that of devices may stay below. */
  static float saturatingTanh(float x) {
    float t = TornadoMath.tanh(x);
    if (x > 10) {
      t = 1;
    }
    if (x < -10) {
      t = -1;
    }
    return t;
  }

  /** Where the tanh still moves; beyond, cubes would overflow for nothing. */
  private static float inside(float x) {
    return larger(-16f, smaller(x, 16f));
  }

  static float geluErf(float x) {
    return 0.5f * x * erfc(-x * SQRT_HALF);
  }

  static float geluErfGrad(float x, float dy) {
    float density = ONE_OVER_SQRT_2_PI * TornadoMath.exp(-0.5f * x * x);
    return dy * (0.5f * erfc(-x * SQRT_HALF) + x * density);
  }

  /**
   * The complement of the error function, {@code 1 − erf x}: a polynomial in {@code t = 1/(1 +
   * |x|/2)} in the exponent, of relative error below 1.2e-7 (Press et al., Numerical Recipes,
   * section 6.2, the Chebyshev fit).
   */
  static float erfc(float x) {
    float z = TornadoMath.abs(x);
    float t = 1 / (1 + 0.5f * z);
    float p = 0.17087277f;
    p = p * t - 0.82215223f;
    p = p * t + 1.48851587f;
    p = p * t - 1.13520398f;
    p = p * t + 0.27886807f;
    p = p * t - 0.18628806f;
    p = p * t + 0.09678418f;
    p = p * t + 0.37409196f;
    p = p * t + 1.00002368f;
    p = p * t - 1.26551223f;
    float tail = t * TornadoMath.exp(-z * z + p);
    return x < 0 ? 2 - tail : tail;
  }
}
