package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.ActivationKernels.ACTIVATIONS;
import static io.nextscale.tensor.cpu.Samples.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ActivationsTest {

  /** Half a unit in the last place of 1. */
  private static final double HALF_ULP = 0x1p-24;

  /** Three roundings of factors between 1/2 and 1. */
  private static final double THREE_ROUNDINGS = 3 * 2 * HALF_ULP;

  /** Steps that cover [-20, 20] with some thousand points, not a multiple of any power of 2. */
  private static final double STEP = 0.00371;

  @ParameterizedTest
  @EnumSource(Activation.class)
  void functionsAgreeWithDoubles(Activation f) {
    float[] x = grid();
    float[] y = new float[x.length];
    ElementFunctions.activation(ACTIVATIONS, f, x, y);
    // The argument of an exponential is rounded too: the result is off by |x| ulp, where it is
    // tiny.
    double absolute = f == Activation.EXP ? 0 : 4 * HALF_ULP;
    assertClose(y, map(x, function(f)), absolute, THREE_ROUNDINGS, f.toString());
  }

  @ParameterizedTest
  @EnumSource(names = {"SILU", "GELU_TANH", "GELU_ERF"})
  void gradientsAgreeWithCentralDifferencesInDoubles(Activation f) {
    float[] x = grid();
    float[] dy = Samples.values(x.length, 1);
    float[] dx = new float[x.length];
    ElementFunctions.activationGrad(ACTIVATIONS, f, x, dy, dx);
    double h = 1e-5; // third derivatives near 1: an error of 1e-10, and as much by cancellation
    double[] expected = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      DoubleUnaryOperator g = function(f);
      expected[i] = dy[i] * (g.applyAsDouble(x[i] + h) - g.applyAsDouble(x[i] - h)) / (2 * h);
    }
    assertClose(dx, expected, 12 * HALF_ULP, THREE_ROUNDINGS, f + " gradient");
  }

  @Test
  void geluKeepsItsRelativePrecisionInTheTail() {
    float[] x = {-4f, -5f, -6f, -8f, -10f, -12f};
    float[] y = new float[x.length];
    ElementFunctions.activation(ACTIVATIONS, Activation.GELU_ERF, x, y);
    assertClose(y, map(x, function(Activation.GELU_ERF)), 0, 10 * HALF_ULP, "gelu");
  }

  @Test
  void tanhKeepsItsRelativePrecisionNearZero() {
    float[] x = {1e-20f, -1e-8f, 1e-4f, -0.01f, 0.1f, 0.5f, -0.62f, 0.63f, 0.7f};
    float[] y = new float[x.length];
    ElementFunctions.activation(ACTIVATIONS, Activation.TANH, x, y);
    assertClose(y, map(x, Math::tanh), 0, 4 * HALF_ULP, "tanh");
    ElementFunctions.activation(ACTIVATIONS, Activation.TANH, new float[] {-0f}, y);
    assertThat(Float.floatToRawIntBits(y[0])).isEqualTo(Integer.MIN_VALUE);
  }

  @Test
  void limitsAreExact() {
    float big = 1e30f;
    float[] x = {big, -big, Float.POSITIVE_INFINITY, Float.NaN};
    assertThat(apply(Activation.SIGMOID, x)).containsExactly(1f, 0f, 1f, Float.NaN);
    assertThat(apply(Activation.TANH, x)).containsExactly(1f, -1f, 1f, Float.NaN);
    assertThat(apply(Activation.SILU, x)).containsExactly(big, -0f, x[2], Float.NaN);
    assertThat(apply(Activation.GELU_TANH, x)).containsExactly(big, -0f, x[2], Float.NaN);
    assertThat(apply(Activation.GELU_ERF, x)).containsExactly(big, -0f, x[2], Float.NaN);
  }

  @Test
  void gradientsOfOtherFunctionsAreRefusedByName() {
    float[] x = new float[1];
    assertThatThrownBy(() -> ElementFunctions.activationGrad(ACTIVATIONS, Activation.TANH, x, x, x))
        .hasMessage("activation gradient: SILU, GELU_TANH or GELU_ERF; got TANH");
  }

  private static float[] apply(Activation f, float[] x) {
    float[] y = new float[x.length];
    ElementFunctions.activation(ACTIVATIONS, f, x, y);
    return y;
  }

  private static float[] grid() {
    int half = (int) (20 / STEP);
    float[] x = new float[2 * half + 1];
    for (int i = -half; i <= half; i++) {
      x[i + half] = (float) (i * STEP);
    }
    return x;
  }

  private static double[] map(float[] x, DoubleUnaryOperator f) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = f.applyAsDouble(x[i]);
    }
    return y;
  }

  private static DoubleUnaryOperator function(Activation f) {
    return switch (f) {
      case EXP -> Math::exp;
      case SIGMOID -> v -> 1 / (1 + Math.exp(-v));
      case TANH -> Math::tanh;
      case SILU -> v -> v / (1 + Math.exp(-v));
      case GELU_TANH ->
          v -> 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v)));
      case GELU_ERF -> v -> v * normal(v);
    };
  }

  /** Φ(x): a series near 0, a continued fraction in the tails. */
  private static double normal(double x) {
    double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    double a = Math.abs(x);
    if (a < 3) {
      double term = x;
      double sum = x;
      for (int k = 1; k < 100; k++) {
        term *= x * x / (2 * k + 1);
        sum += term;
      }
      return 0.5 + density * sum;
    }
    double fraction = a;
    for (int k = 200; k > 0; k--) {
      fraction = a + k / fraction;
    }
    return x < 0 ? density / fraction : 1 - density / fraction;
  }
}
