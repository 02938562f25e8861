package io.nextscale.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class ScalarMathTest {

  /**
   * Half a unit for the last rounding, the rest for those before it; measured over all floats:
   * 0.80.
   */
  private static final double EXP_ULPS = 0.9;

  /** One exponential, one sum, one quotient. */
  private static final double SIGMOID_ULPS = 2.5;

  /** Steps between the bit patterns tried: a prime, so that all low bits occur. */
  private static final int STRIDE = 4099;

  @Test
  void expIsWithinOneUlp() {
    double worst = 0;
    for (int bits = 0; bits < 0x42b2_0000; bits += STRIDE) { // 0 .. 89
      for (float x : new float[] {Float.intBitsToFloat(bits), -Float.intBitsToFloat(bits)}) {
        double expected = Math.exp(x);
        if (x >= ScalarMath.EXP_MIN && x <= ScalarMath.EXP_MAX) {
          double error = Math.abs(ScalarMath.exp(x) - expected) / Math.ulp((float) expected);
          worst = Math.max(worst, error);
        }
      }
    }
    assertThat(worst).isLessThan(EXP_ULPS);
  }

  @Test
  void expAtItsEnds() {
    assertThat(ScalarMath.exp(0f)).isEqualTo(1f);
    assertThat(ScalarMath.exp(-0f)).isEqualTo(1f);
    assertThat(ScalarMath.exp(Float.NEGATIVE_INFINITY)).isEqualTo(0f);
    assertThat(ScalarMath.exp(-1000f)).isEqualTo(0f);
    assertThat(ScalarMath.exp(Math.nextDown(ScalarMath.EXP_MIN))).isEqualTo(0f);
    assertThat(ScalarMath.exp(ScalarMath.EXP_MIN))
        .isBetween(Float.MIN_NORMAL, 1.0001f * Float.MIN_NORMAL);
    assertThat(ScalarMath.exp(ScalarMath.EXP_MAX)).isBetween(3.402e38f, Float.MAX_VALUE);
    assertThat(ScalarMath.exp(Math.nextUp(ScalarMath.EXP_MAX))).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(ScalarMath.exp(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(ScalarMath.exp(Float.NaN)).isNaN();
  }

  @Test
  void activationsFollowTheirFormulas() {
    for (int i = -4000; i <= 4000; i++) {
      float x = i / 200f;
      near(ScalarMath.sigmoid(x), x, v -> 1 / (1 + Math.exp(-v)));
      near(ScalarMath.silu(x), x, v -> v / (1 + Math.exp(-v)));
      double gelu =
          0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * (double) x * x)));
      // The argument of the exponential is rounded: its relative error grows with the argument.
      assertThat((double) ScalarMath.geluTanh(x))
          .isCloseTo(gelu, within(1e-6 * Math.abs(gelu) + 3e-7));
    }
    assertThat(ScalarMath.silu(-1000f)).isEqualTo(0f);
    assertThat(ScalarMath.silu(1000f)).isEqualTo(1000f);
    assertThat(ScalarMath.geluTanh(-1000f)).isEqualTo(0f);
    assertThat(ScalarMath.geluTanh(1000f)).isEqualTo(1000f);
  }

  private static void near(float y, float x, DoubleUnaryOperator f) {
    double expected = f.applyAsDouble(x);
    assertThat((double) y).isCloseTo(expected, within(SIGMOID_ULPS * Math.ulp((float) expected)));
  }

  private static org.assertj.core.data.Offset<Double> within(double tolerance) {
    return org.assertj.core.data.Offset.offset(tolerance);
  }
}
