package io.nextscale.tensor.cpu;

import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The functions of {@link ScalarMath} on vectors of {@link Lanes#F}: same operations, same bits.
 */
final class VectorMath {

  private VectorMath() {}

  /** e^x, see {@link ScalarMath#exp}. */
  static FloatVector exp(FloatVector x) {
    FloatVector rounded = x.fma(splat(ScalarMath.LOG2_E), splat(ScalarMath.ROUNDER));
    FloatVector n = rounded.sub(ScalarMath.ROUNDER);
    FloatVector r = n.fma(splat(-ScalarMath.LN2_LOW), n.fma(splat(-ScalarMath.LN2_HIGH), x));
    FloatVector p = splat(ScalarMath.C6).fma(r, splat(ScalarMath.C5));
    p = p.fma(r, splat(ScalarMath.C4));
    p = p.fma(r, splat(ScalarMath.C3));
    p = p.fma(r, splat(ScalarMath.C2));
    p = p.fma(r, splat(1f));
    p = p.fma(r, splat(1f));
    FloatVector y =
        p.reinterpretAsInts()
            .add(rounded.reinterpretAsInts().lanewise(LSHL, 23))
            .reinterpretAsFloats();
    // compare and blend: max and min carry the rules of Math.max and cost three times as much
    VectorMask<Float> underflow = x.compare(LT, ScalarMath.EXP_MIN);
    VectorMask<Float> finite = x.compare(LE, ScalarMath.EXP_MAX);
    // x above EXP_MAX becomes infinite; a NaN fails both comparisons and stays one
    return x.mul(Float.MAX_VALUE).blend(y.blend(0f, underflow), finite);
  }

  /** 1 / (1 + e^-x). */
  static FloatVector sigmoid(FloatVector x) {
    return splat(1f).div(exp(x.neg()).add(1f));
  }

  /** x / (1 + e^-x). */
  static FloatVector silu(FloatVector x) {
    return x.div(exp(x.neg()).add(1f));
  }

  /** See {@link ScalarMath#geluTanh}. */
  static FloatVector geluTanh(FloatVector x) {
    FloatVector cubic = x.mul(ScalarMath.GELU_CUBIC).mul(x);
    FloatVector u = cubic.fma(x, x).mul(ScalarMath.GELU_SCALE);
    return x.div(exp(u).add(1f));
  }

  private static FloatVector splat(float value) {
    return FloatVector.broadcast(Lanes.F, value);
  }
}
