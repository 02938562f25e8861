package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.Samples.assertClose;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionBackwardTest {

  /** As for the forward pass, with sums over some hundred queries. */
  private static final double TOLERANCE = 3e-5;

  static Stream<AttentionCase> cases() {
    return AttentionForwardTest.cases();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void followsTheDefinition(AttentionCase c) {
    assertClose(
        c.backward(CpuKernels.ACTIVE), c.expectedGradients(), TOLERANCE, TOLERANCE, c.toString());
  }
}
