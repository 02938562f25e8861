package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.OpChecks.assertAgrees;
import static io.nextscale.tensor.cpu.OpChecks.operand;
import static io.nextscale.tensor.cpu.OpChecks.run;
import static io.nextscale.tensor.cpu.OpChecks.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.op.Loss;
import io.nextscale.tensor.spi.Operand;
import org.junit.jupiter.api.Test;

class LossKernelsTest {

  /** Losses are below 16: four ulp of that. */
  private static final double LOSS = 4 * 0x1p-20;

  /** Factors of at most 2, six roundings. */
  private static final double GRADIENT = 12 * 0x1p-24;

  @Test
  void crossEntropyAgreesWithItsReference() {
    for (int n : Samples.LENGTHS) {
      Operand x = values(n, 5, n);
      Operand targets = operand(Samples.indices(5, n, n), 5);
      Operand dy = values(~n, 5);
      for (float smoothing : new float[] {0, 0.1f, 1}) {
        assertAgrees(new Loss.CrossEntropy(smoothing), LOSS, 0, x, targets);
        assertAgrees(new Loss.CrossEntropyGrad(smoothing), GRADIENT, 0, x, targets, dy);
      }
    }
  }

  @Test
  void largeLogitsDoNotOverflowAndRemovedOnesDoNotCount() {
    float inf = Float.POSITIVE_INFINITY;
    Operand x = operand(new float[] {3e38f, -3e38f, 0, 0, -inf, 0}, 2, 3);
    Operand targets = operand(new int[] {0, 2}, 2);
    float[] loss = run(new Loss.CrossEntropy(0), x, targets).floats();
    assertThat(loss).containsExactly(0f, (float) Math.log(2));
    assertThat(run(new Loss.CrossEntropy(0.1f), x, targets).floats()[1]).isEqualTo(inf);
  }

  @Test
  void aTargetOutOfRangeIsNamed() {
    assertThatThrownBy(
            () -> run(new Loss.CrossEntropy(0), values(1, 1, 3), operand(new int[] {3}, 1)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("crossEntropy: indices in 0 .. 2; got 3 at position 0");
  }
}
