package io.nextscale.var;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Tensor;

/** What the heads of an attention do before they multiply queries with keys. */
final class Heads {

  private static final float LARGEST_LOG_SCALE = (float) StrictMath.log(100);
  private static final float UNIT_EPS = 1e-12f;

  private Heads() {}

  /** (R,l,C) as (R,l,H,D). */
  static Tensor split(Tensor x, int heads) {
    return x.reshape(x.shape().dim(0), x.shape().dim(1), heads, x.shape().dim(2) / heads);
  }

  /** What products are multiplied with where lengths are not 1: {@code 1/4 · D^−1/2}. */
  static float scale(int width, int heads) {
    return 0.25f / (float) Math.sqrt((double) width / heads);
  }

  /** Vectors (R,l,H,D) of length 1. */
  static Tensor unit(Tensor x) {
    return x.l2Normalize(UNIT_EPS);
  }

  /** {@code x · exp(min(logScale, log 100))} per head: x (R,l,H,D), logScale (1,H,1,1). */
  static Tensor scaled(Tensor x, Parameter logScale) {
    Tensor perHead = logScale.value().clamp(Float.NEGATIVE_INFINITY, LARGEST_LOG_SCALE).exp();
    return x.times(perHead.reshape(1, 1, -1, 1));
  }
}
