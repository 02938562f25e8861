package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.ScalarActivations.NORMAL_DENSITY_AT_0;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/** The functions of {@link ScalarActivations} on vectors: same operations, same bits. */
final class VectorActivations {

  private VectorActivations() {}

  /** See {@link ScalarActivations#tanh}. */
  static FloatVector tanh(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector s = x.mul(x);
    FloatVector p = splat(ScalarActivations.T4).fma(s, splat(ScalarActivations.T3));
    p = p.fma(s, splat(ScalarActivations.T2));
    p = p.fma(s, splat(ScalarActivations.T1));
    p = p.fma(s, splat(ScalarActivations.T0));
    FloatVector small = s.fma(p, splat(1f)).mul(x);
    FloatVector y = splat(1f).sub(splat(2f).div(VectorMath.exp(a.add(a)).add(1f)));
    y = y.blend(y.neg(), x.compare(LT, 0f));
    return y.blend(small, a.compare(LT, ScalarActivations.TANH_SMALL));
  }

  /** See {@link ScalarActivations#siluDerivative}. */
  static FloatVector siluDerivative(FloatVector x) {
    FloatVector a = bounded(x);
    FloatVector e = finiteExp(a.neg());
    FloatVector s = splat(1f).div(e.add(1f));
    return a.mul(s).fma(e.mul(s), s);
  }

  /** See {@link ScalarActivations#geluTanhDerivative}. */
  static FloatVector geluTanhDerivative(FloatVector x) {
    FloatVector a = bounded(x);
    FloatVector u = a.mul(ScalarMath.GELU_CUBIC).mul(a).fma(a, a).mul(ScalarMath.GELU_SCALE);
    FloatVector e = finiteExp(u);
    FloatVector s = splat(1f).div(e.add(1f));
    FloatVector slope =
        a.mul(3 * ScalarMath.GELU_CUBIC).fma(a, splat(1f)).mul(-ScalarMath.GELU_SCALE);
    return a.mul(s).fma(e.mul(s).mul(slope), s);
  }

  private static FloatVector bounded(FloatVector x) {
    FloatVector flat = splat(ScalarActivations.FLAT);
    FloatVector a = x.blend(flat.neg(), x.compare(LT, flat.neg()));
    return a.blend(flat, flat.compare(LT, a));
  }

  private static FloatVector finiteExp(FloatVector x) {
    FloatVector most = splat(ScalarMath.EXP_MAX);
    return VectorMath.exp(most.blend(x, x.compare(LT, most)));
  }

  /**
   * See {@link ScalarActivations#geluErf}.
   *
   * @param bell {@link #bell} of x
   */
  static FloatVector geluErf(FloatVector x, FloatVector bell) {
    return normal(x, bell.mul(tailFactor(tailArgument(x)))).mul(x);
  }

  /**
   * See {@link ScalarActivations#geluErfDerivative}.
   *
   * @param bell {@link #bell} of x
   */
  static FloatVector geluErfDerivative(FloatVector x, FloatVector bell) {
    FloatVector normal = normal(x, bell.mul(tailFactor(tailArgument(x))));
    return x.mul(NORMAL_DENSITY_AT_0).fma(bell, normal);
  }

  /** e^(-x²/2), see {@link ScalarActivations#geluErf}. */
  static FloatVector bell(FloatVector x) {
    FloatVector a = tailArgument(x);
    FloatVector half = a.mul(-0.5f);
    FloatVector square = half.mul(a);
    FloatVector rest = half.fma(a, square.neg());
    FloatVector e = VectorMath.exp(square);
    return e.fma(rest, e);
  }

  private static FloatVector tailArgument(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector end = splat(ScalarActivations.TAIL_END);
    return end.blend(a, a.compare(LT, end));
  }

  private static FloatVector normal(FloatVector x, FloatVector tail) {
    return splat(1f).sub(tail).blend(tail, x.compare(LT, 0f));
  }

  private static FloatVector tailFactor(FloatVector a) {
    FloatVector t = splat(1f).div(a.fma(splat(ScalarActivations.TAIL), splat(1f)));
    FloatVector p = splat(ScalarActivations.P8).fma(t, splat(ScalarActivations.P7));
    p = p.fma(t, splat(ScalarActivations.P6));
    p = p.fma(t, splat(ScalarActivations.P5));
    p = p.fma(t, splat(ScalarActivations.P4));
    p = p.fma(t, splat(ScalarActivations.P3));
    p = p.fma(t, splat(ScalarActivations.P2));
    p = p.fma(t, splat(ScalarActivations.P1));
    p = p.fma(t, splat(ScalarActivations.P0));
    return p.mul(t);
  }

  private static FloatVector splat(float value) {
    return FloatVector.broadcast(Lanes.F, value);
  }
}
