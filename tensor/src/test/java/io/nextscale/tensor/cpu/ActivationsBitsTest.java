package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.ActivationKernels.ACTIVATIONS;
import static io.nextscale.tensor.cpu.Samples.assertSameBits;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ActivationsBitsTest {

  private static final ActivationKernels SCALAR = new ScalarActivationKernels();

  @ParameterizedTest
  @EnumSource(Activation.class)
  void functionsHaveTheBitsOfTheScalarForm(Activation f) {
    for (int n : Samples.LENGTHS) {
      float[] x = Samples.withSpecialValues(n, n);
      float[] actual = new float[n];
      float[] expected = new float[n];
      ACTIVATIONS.apply(f, x, actual, n / 3, n);
      SCALAR.apply(f, x, expected, n / 3, n);
      assertSameBits(actual, expected, f + " of " + n);
    }
    float[] x = everyMagnitude();
    float[] actual = new float[x.length];
    float[] expected = new float[x.length];
    ACTIVATIONS.apply(f, x, actual, 0, x.length);
    SCALAR.apply(f, x, expected, 0, x.length);
    assertSameBits(actual, expected, f.toString());
  }

  @ParameterizedTest
  @EnumSource(names = {"SILU", "GELU_TANH", "GELU_ERF"})
  void gradientsHaveTheBitsOfTheScalarForm(Activation f) {
    float[] x = everyMagnitude();
    float[] dy = Samples.values(x.length, 3);
    float[] actual = new float[x.length];
    float[] expected = new float[x.length];
    ACTIVATIONS.applyGrad(f, x, dy, actual, 1, x.length - 2);
    SCALAR.applyGrad(f, x, dy, expected, 1, x.length - 2);
    assertSameBits(actual, expected, f + " gradient");
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void anyThreadCountGivesTheSameBits(Activation f) {
    float[] x = Samples.values(100_003, 5);
    Samples.assertSameBitsForAnyThreadCount(
        () -> {
          float[] y = new float[x.length];
          ElementFunctions.activation(ACTIVATIONS, f, x, y);
          return y;
        },
        f.toString());
  }

  /** Bit patterns at regular distances, of both signs. */
  private static float[] everyMagnitude() {
    int count = 1 << 14;
    float[] x = new float[2 * count];
    for (int i = 0; i < count; i++) {
      x[2 * i] = Float.intBitsToFloat(i * (Integer.MAX_VALUE / count));
      x[2 * i + 1] = -Float.intBitsToFloat(0x3800_0000 + i * 0x2800); // 3e-5 to 90000
    }
    return x;
  }
}
