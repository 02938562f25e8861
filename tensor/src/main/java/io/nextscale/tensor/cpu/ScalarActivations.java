package io.nextscale.tensor.cpu;

/**
 * Activation functions and derivatives of one float, built on {@link ScalarMath#exp}; {@link
 * VectorActivations} does the same operations on vectors.
 */
final class ScalarActivations {

  /** Below this |x|, tanh is a polynomial: 1 - 2 / (e^2x + 1) would cancel. */
  static final float TANH_SMALL = 0.625f;

  /** (tanh x - x) / x^3 = T0 + T1 x^2 + … on |x| < 0.625; relative error of tanh 4.4e-9. */
  static final float T0 = -0.3333328068256378f;

  static final float T1 = 0.13331441581249237f;
  static final float T2 = -0.05373969301581383f;
  static final float T3 = 0.02063901722431183f;
  static final float T4 = -0.005704905837774277f;

  /**
   * The normal distribution's tail: Φ(-a) = e^(-a²/2) t (P0 + P1 t + … + P8 t^8) with t = 1 / (1 +
   * TAIL a), for a in [0, 13.3]; relative error 1.1e-8.
   */
  static final float TAIL = 0.265f;

  static final float TAIL_END = 15f;

  static final float P0 = 0.10574211925268173f;
  static final float P1 = 0.10523710399866104f;
  static final float P2 = 0.10276994854211807f;
  static final float P3 = 0.06003924831748009f;
  static final float P4 = 0.13860896229743958f;
  static final float P5 = -0.11733428388834f;
  static final float P6 = 0.21868640184402466f;
  static final float P7 = -0.14466208219528198f;
  static final float P8 = 0.030912593007087708f;

  /** 1 / sqrt(2 π). */
  static final float NORMAL_DENSITY_AT_0 = 0.3989422804014327f;

  /** Where the derivatives of SiLU and GELU no longer change: e^-128 is below every float. */
  static final float FLAT = 128f;

  private ScalarActivations() {}

  /** tanh x. */
  static float tanh(float x) {
    float a = Math.abs(x);
    if (a < TANH_SMALL) {
      float s = x * x;
      float p = Math.fma(T4, s, T3);
      p = Math.fma(p, s, T2);
      p = Math.fma(p, s, T1);
      p = Math.fma(p, s, T0);
      return x * Math.fma(s, p, 1f);
    }
    float y = 1f - 2f / (ScalarMath.exp(a + a) + 1f);
    return x < 0 ? -y : y;
  }

  /** d silu / dx = σ + x σ (1 - σ), with σ = sigmoid(x). */
  static float siluDerivative(float x) {
    float a = bounded(x);
    float e = finiteExp(-a);
    float s = 1f / (1f + e);
    return Math.fma(a * s, e * s, s);
  }

  /** d gelu / dx of the tanh form: σ + x σ (1 - σ) u', with σ = sigmoid(u), u as in geluTanh. */
  static float geluTanhDerivative(float x) {
    float a = bounded(x);
    float u = ScalarMath.GELU_SCALE * Math.fma(ScalarMath.GELU_CUBIC * a * a, a, a);
    float e = finiteExp(u);
    float s = 1f / (1f + e);
    float slope = -ScalarMath.GELU_SCALE * Math.fma(3 * ScalarMath.GELU_CUBIC * a, a, 1f);
    return Math.fma(a * s, e * s * slope, s);
  }

  /** x within ±{@link #FLAT}, beyond which squares overflow and derivatives are 0 or 1 already. */
  private static float bounded(float x) {
    float a = x < -FLAT ? -FLAT : x;
    return a > FLAT ? FLAT : a;
  }

  /**
   * e^x, at most e^EXP_MAX: with σ = 1 / (1 + e), e σ is 1 - σ without cancellation, but NaN for an
   * infinite e.
   */
  private static float finiteExp(float x) {
    return ScalarMath.exp(x < ScalarMath.EXP_MAX ? x : ScalarMath.EXP_MAX);
  }

  /** x Φ(x), Φ the normal distribution function: GELU in its exact form. */
  static float geluErf(float x) {
    float a = tailArgument(x);
    return x * normal(x, bell(a) * tailFactor(a));
  }

  /** Φ(x) + x φ(x), φ the normal density. */
  static float geluErfDerivative(float x) {
    float a = tailArgument(x);
    float bell = bell(a);
    return Math.fma(x * NORMAL_DENSITY_AT_0, bell, normal(x, bell * tailFactor(a)));
  }

  /** |x|, or {@link #TAIL_END} where that is less; there e^(-x²/2) is 0 already. */
  private static float tailArgument(float x) {
    float a = Math.abs(x);
    return a < TAIL_END ? a : TAIL_END;
  }

  /** Φ(x) from {@code tail} = Φ(-|x|). */
  private static float normal(float x, float tail) {
    return x < 0 ? tail : 1f - tail;
  }

  /** e^(-a²/2); what squaring rounds off is put back, as it would be multiplied by a². */
  private static float bell(float a) {
    float half = -0.5f * a;
    float square = half * a;
    float rest = Math.fma(half, a, -square);
    float e = ScalarMath.exp(square);
    return Math.fma(e, rest, e);
  }

  /** Φ(-a) / e^(-a²/2). */
  private static float tailFactor(float a) {
    float t = 1f / Math.fma(TAIL, a, 1f);
    float p = Math.fma(P8, t, P7);
    p = Math.fma(p, t, P6);
    p = Math.fma(p, t, P5);
    p = Math.fma(p, t, P4);
    p = Math.fma(p, t, P3);
    p = Math.fma(p, t, P2);
    p = Math.fma(p, t, P1);
    p = Math.fma(p, t, P0);
    return p * t;
  }
}
