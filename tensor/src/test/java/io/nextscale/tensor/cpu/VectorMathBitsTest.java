package io.nextscale.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VectorMathBitsTest {

  /** The scalar form of a function under test. */
  private interface FloatFunction {
    float apply(float x);
  }

  @BeforeEach
  void vectorKernelsRun() {
    assumeTrue(CpuInfo.VECTOR, CpuInfo.describe());
  }

  @Test
  void expHasTheBitsOfTheScalarForm() {
    compare(ScalarMath::exp, VectorMath::exp);
  }

  @Test
  void sigmoidHasTheBitsOfTheScalarForm() {
    compare(ScalarMath::sigmoid, VectorMath::sigmoid);
  }

  @Test
  void siluHasTheBitsOfTheScalarForm() {
    compare(ScalarMath::silu, VectorMath::silu);
  }

  @Test
  void geluHasTheBitsOfTheScalarForm() {
    compare(ScalarMath::geluTanh, VectorMath::geluTanh);
  }

  /** Both signs of bit patterns from 0 to NaN, and the borders of exp. */
  private static void compare(FloatFunction scalar, UnaryOperator<FloatVector> vector) {
    int count = 1 << 14;
    float[] x = new float[2 * count];
    for (int i = 0; i < count; i++) {
      x[i] = Float.intBitsToFloat(i * (Integer.MAX_VALUE / count));
      x[count + i] = -Float.intBitsToFloat(0x3000_0000 + i * 0x5000);
    }
    x[0] = ScalarMath.EXP_MIN;
    x[1] = Math.nextDown(ScalarMath.EXP_MIN);
    x[2] = ScalarMath.EXP_MAX;
    x[3] = Math.nextUp(ScalarMath.EXP_MAX);
    x[4] = Float.NaN;
    x[5] = Float.POSITIVE_INFINITY;
    x[6] = Float.NEGATIVE_INFINITY;
    x[7] = -0f;
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i += Lanes.N) {
      vector.apply(FloatVector.fromArray(Lanes.F, x, i)).intoArray(y, i);
    }
    for (int i = 0; i < x.length; i++) {
      assertThat(Float.floatToIntBits(y[i]))
          .as("x = %s", x[i])
          .isEqualTo(Float.floatToIntBits(scalar.apply(x[i])));
    }
  }
}
