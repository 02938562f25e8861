package io.nextscale.tensor.op;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.tensor.spi.Operand;

/**
 * Numeric derivatives of {@code f = Σ upstream · op(in)}, from the reference: {@code df/dx ≈ (f(x +
 * h) − f(x − h)) / 2h}.
 */
final class CentralDifferences {

  /** On operands of magnitude 1: rounding costs about 1e-7/h and curvature about h²/6. */
  static final float H = 1e-2f;

  private final Sample sample;
  private final Operand[] operands;
  private final float[] upstream;

  CentralDifferences(Sample sample, Tensor upstream) {
    this.sample = sample;
    this.operands = sample.operands();
    this.upstream = upstream.toArray();
  }

  /**
   * How f changes when the elements of operand i change from x − H·direction to x + H·direction,
   * compared with what the gradient says: {@code f⁺ − f⁻} and {@code Σ gradient · (x⁺ − x⁻)}, both
   * divided by 2H.
   *
   * @param noise what the rounding of results to float may contribute to the first
   */
  record Comparison(double numeric, double byGradient, double noise) {}

  /** Along a direction of entries −1, 0 or 1. */
  Comparison along(int i, float[] direction, float[] gradient) {
    float[] x = operands[i].floats();
    float[] plus = x.clone();
    float[] minus = x.clone();
    double byGradient = 0;
    for (int k = 0; k < x.length; k++) {
      plus[k] += H * direction[k];
      minus[k] -= H * direction[k];
      byGradient += gradient[k] * ((double) plus[k] - minus[k]);
    }
    double squares = 0;
    float[] y = result(i, plus);
    float[] z = result(i, minus);
    double difference = 0;
    for (int k = 0; k < y.length; k++) {
      if (Float.isFinite(y[k])) { // a logit that is removed stays removed
        difference += upstream[k] * ((double) y[k] - z[k]);
        squares += Math.pow((double) upstream[k] * Math.ulp(y[k]), 2);
      }
    }
    return new Comparison(
        difference / (2 * H), byGradient / (2 * H), 2 * Math.sqrt(squares) / (2 * H));
  }

  private float[] result(int i, float[] x) {
    Operand[] changed = operands.clone();
    changed[i] = new Operand(new HostBuffer.F32(x), operands[i].shape());
    Operand out = Sample.poisoned(DType.F32, sample.result());
    sample.op().reference(changed, out);
    return out.floats();
  }
}
