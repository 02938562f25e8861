package io.nextscale.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Elementwise;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.tensor.spi.Operand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConversionsTest {

  private static final int[] SIZES = {0, 1, 5, 33, 1025, 20_000};

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "F16", "I8"})
  void floatsAreStoredAsByTheReference(DType type) {
    for (int n : SIZES) {
      Operand x = OpChecks.operand(Samples.values(3 * n, n), 3, n);
      Elementwise.Convert op = new Elementwise.Convert(type);
      Operand actual = OpChecks.run(op, x);
      Operand expected = OpChecks.reference(op, x);
      Samples.assertSameBits(actual.floats(), expected.floats(), type + " of " + n);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BF16", "F16", "I8"})
  void storedNumbersAreWidenedExactly(DType type) {
    for (int n : SIZES) {
      HostBuffer stored = Samples.weight(type, 3, 3 * n, n);
      Operand actual =
          OpChecks.run(new Elementwise.Convert(DType.F32), new Operand(stored, Shape.of(3, n)));
      Samples.assertSameBits(actual.floats(), stored.toFloats(), type + " of " + n);
    }
  }

  @Test
  void aRowOfZerosHasScaleZero() {
    Operand x = OpChecks.operand(new float[] {0, 0, -254, 1}, 2, 2);
    HostBuffer.I8 y = (HostBuffer.I8) OpChecks.run(new Elementwise.Convert(DType.I8), x).host();
    assertThat(y.rowScale()).containsExactly(0, 2);
    assertThat(y.values()).containsExactly(0, 0, -127, 1); // 0.5 rounds up
  }

  @Test
  void indicesBecomeNumbers() {
    Operand x = OpChecks.operand(new int[] {-1, 7}, 2);
    assertThat(OpChecks.run(new Elementwise.Convert(DType.F32), x).floats())
        .containsExactly(-1f, 7f);
  }
}
