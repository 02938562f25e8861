package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.Samples.assertSameBits;
import static io.nextscale.tensor.cpu.Samples.assertSameBitsForAnyThreadCount;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionBitsTest {

  static Stream<AttentionCase> cases() {
    return Stream.of(
        AttentionCase.of(1, 1, 1, 5, 1),
        AttentionCase.of(2, 10, 3, 12, 30, 7),
        AttentionCase.of(1, 100, 1, 70, 65),
        AttentionCase.of(2, 14, 5, 33, 14).withVisible(AttentionCase.blockCausal(1, 4, 9)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void attentionHasTheBitsOfTheScalarKernels(AttentionCase c) {
    assertSameBits(c.forward(CpuKernels.ACTIVE), c.forward(CpuKernels.scalar()), c.toString());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void attentionHasTheSameBitsOnAnyNumberOfThreads(AttentionCase c) {
    assertSameBitsForAnyThreadCount(() -> c.forward(CpuKernels.ACTIVE), c.toString());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsHaveTheBitsOfTheScalarKernelsOnAnyNumberOfThreads(AttentionCase c) {
    assertSameBits(c.backward(CpuKernels.ACTIVE), c.backward(CpuKernels.scalar()), c.toString());
    assertSameBitsForAnyThreadCount(() -> c.backward(CpuKernels.ACTIVE), c.toString());
  }
}
