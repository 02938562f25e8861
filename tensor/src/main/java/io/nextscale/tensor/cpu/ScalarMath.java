package io.nextscale.tensor.cpu;

/**
 * Elementary functions of one float, from additions, multiplications and {@code fma} only.
 *
 * <p>{@link VectorMath} does the same operations in the same order on vectors, so both give the
 * same bits, on every processor.
 */
final class ScalarMath {

  /** ln 2^-126: below, the result would be subnormal and is 0. */
  static final float EXP_MIN = -87.33654f;

  /** ln of the largest float; above, the result is infinite. */
  static final float EXP_MAX = 88.72283f;

  static final float LOG2_E = 1.44269504f;

  /** ln 2 in two parts; the first has trailing zeros, so that n * LN2_HIGH is exact. */
  static final float LN2_HIGH = 0x1.62e4p-1f;

  static final float LN2_LOW = 0x1.7f7d1cp-20f;

  /** 1.5 * 2^23: adding it rounds a float below 2^22 to an integer, in the low bits of the sum. */
  static final float ROUNDER = 0x1.8p23f;

  /**
   * (e^r - 1 - r) / r^2 = C2 + C3 r + … + C6 r^4 on [-ln2/2, ln2/2], relative error of e^r 3.1e-9.
   */
  static final float C2 = 0.49999993432119555f;

  static final float C3 = 0.16666520399054927f;
  static final float C4 = 0.04166839078556417f;
  static final float C5 = 0.008368745107756056f;
  static final float C6 = 0.0013814540073658517f;

  /** sqrt(2 / pi) twice, negated: the factor inside the exponential of {@link #geluTanh}. */
  static final float GELU_SCALE = -1.5957691216057308f;

  static final float GELU_CUBIC = 0.044715f;

  private ScalarMath() {}

  /**
   * e^x with an error below one unit in the last place; 0 for {@code x <} {@link #EXP_MIN}.
   *
   * <p>x = n ln2 + r with integer n, |r| <= ln2/2; e^x = 2^n e^r, e^r by a polynomial.
   */
  static float exp(float x) {
    if (x < EXP_MIN) {
      return 0;
    }
    if (!(x <= EXP_MAX)) {
      return x * Float.MAX_VALUE; // infinite; a NaN stays one
    }
    float rounded = Math.fma(x, LOG2_E, ROUNDER);
    float n = rounded - ROUNDER;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    float p = Math.fma(C6, r, C5);
    p = Math.fma(p, r, C4);
    p = Math.fma(p, r, C3);
    p = Math.fma(p, r, C2);
    p = Math.fma(p, r, 1f);
    p = Math.fma(p, r, 1f);
    // The low bits of rounded hold n: shifted to the exponent's place they multiply by 2^n.
    return Float.intBitsToFloat(
        Float.floatToRawIntBits(p) + (Float.floatToRawIntBits(rounded) << 23));
  }

  /** 1 / (1 + e^-x). */
  static float sigmoid(float x) {
    return 1f / (1f + exp(-x));
  }

  /** x / (1 + e^-x). */
  static float silu(float x) {
    return x / (1f + exp(-x));
  }

  /**
   * x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), computed as x / (1 + e^-2u) with u the argument
   * of tanh.
   */
  static float geluTanh(float x) {
    float u = GELU_SCALE * Math.fma(GELU_CUBIC * x * x, x, x);
    return x / (1f + exp(u));
  }
}
