package io.nextscale.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.op.Convolution.Padding;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlopsTest {

  private static Tensor zeros(int... extents) {
    return Tensor.zeros(Shape.of(extents));
  }

  @Test
  void productsCountTwoPerMultiplicationAndAddition() {
    assertThat(Flops.of(() -> zeros(7, 3, 5).matmul(zeros(5, 4)))).isEqualTo(2.0 * 7 * 3 * 4 * 5);
    assertThat(Flops.of(() -> zeros(5, 3).matmul(zeros(4, 5), true, true)))
        .isEqualTo(2.0 * 3 * 4 * 5);
    assertThat(Flops.of(() -> zeros(2, 6, 5).linear(zeros(4, 5), zeros(4))))
        .isEqualTo(2.0 * 2 * 6 * 4 * 5);
    assertThat(
            Flops.of(
                () -> zeros(2, 8, 6, 3).conv2d(zeros(5, 3, 3, 3), null, 2, Padding.same(3), null)))
        .isEqualTo(2.0 * 2 * 4 * 3 * 5 * 3 * 9);
    Tensor q = zeros(2, 5, 3, 4);
    Tensor early = zeros(2, 7, 3, 4);
    assertThat(Flops.of(() -> q.attention(List.of(early, q), List.of(early, q), null, 1)))
        .isEqualTo(2.0 * 2 * 5 * 12 * 3 * 4 * 2);
  }

  @Test
  void whatIsNoProductIsFree() {
    assertThat(Flops.of(() -> zeros(3, 4).plus(1).softmax().transpose(0, 1))).isZero();
    double both =
        Flops.of(() -> zeros(3, 4).matmul(zeros(4, 4)).matmul(zeros(4, 4)).times(2).sum());
    assertThat(both).isEqualTo(2 * 2.0 * 3 * 4 * 4);
  }
}
