package io.nextscale.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class ElementFunctionsTest {

  /** A kernel under test. */
  private interface Kernel {
    void apply(float[] x, float[] y);
  }

  @Test
  void simpleFunctionsAreCorrectlyRounded() {
    check(ElementFunctions::negate, v -> -v);
    check(ElementFunctions::abs, Math::abs);
    check(ElementFunctions::square, v -> v * v);
    check(ElementFunctions::sqrt, Math::sqrt);
    check(ElementFunctions::log, Math::log);
    check(ElementFunctions::relu, v -> Math.max(v, 0));
    check((x, y) -> ElementFunctions.clamp(x, -0.5f, 1.25f, y), v -> Math.clamp(v, -0.5, 1.25));
    check((x, y) -> ElementFunctions.affine(x, 1.5f, -0.25f, y), v -> 1.5 * v - 0.25);
  }

  private static void check(Kernel kernel, DoubleUnaryOperator f) {
    for (int n : new int[] {0, 1, 5, 17, 33, 1025, 40_000}) {
      float[] x = Samples.values(n, n);
      float[] y = new float[n];
      kernel.apply(x, y);
      float[] expected = new float[n];
      for (int i = 0; i < n; i++) {
        expected[i] = (float) f.applyAsDouble(x[i]);
      }
      Samples.assertSameBits(y, expected, "element");
    }
  }

  @Test
  void specialValuesPassThrough() {
    float[] x = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -1f};
    float[] y = new float[x.length];
    ElementFunctions.clamp(x, -1, 1, y);
    assertThat(y).containsExactly(Float.NaN, 1f, -1f, 0f, -1f);
    ElementFunctions.relu(x, y);
    assertThat(y).containsExactly(Float.NaN, Float.POSITIVE_INFINITY, 0f, 0f, 0f);
    ElementFunctions.log(x, y);
    assertThat(y)
        .containsExactly(
            Float.NaN, Float.POSITIVE_INFINITY, Float.NaN, Float.NEGATIVE_INFINITY, Float.NaN);
  }

  @Test
  void indicatorsAreZeroOrOne() {
    float[] x = {-2, -1, -0.5f, 0, 0.5f, 1, 2, Float.NaN};
    float[] y = new float[x.length];
    ElementFunctions.within(x, -1, 1, y);
    assertThat(y).containsExactly(0, 1, 1, 1, 1, 1, 0, 0);
    ElementFunctions.sign(x, y);
    assertThat(y).containsExactly(-1, -1, -1, 0, 1, 1, 1, Float.NaN);
  }
}
