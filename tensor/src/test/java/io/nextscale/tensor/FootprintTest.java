package io.nextscale.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FootprintTest {

  private static final int WIDTH = 10;
  private static final long MATRIX = 4L * WIDTH * WIDTH;

  private final Parameter first = parameter("first");
  private final Parameter second = parameter("second");

  private static Parameter parameter(String name) {
    return new Parameter(
        Tensor.normal(Shape.of(WIDTH, WIDTH), 0, 1, RandomStream.of(1).split(name)));
  }

  private Tensor loss(Tensor x, boolean recompute) {
    Tensor hidden =
        recompute
            ? Gradients.checkpoint(() -> x.linear(first.value(), null).gelu(), x)
            : x.linear(first.value(), null).gelu();
    return hidden.linear(second.value(), null).square().mean();
  }

  private Footprint footprint(int batch, boolean recompute) {
    Tensor x = Tensor.normal(Shape.of(batch, WIDTH), 0, 1, RandomStream.of(2));
    return Footprint.during(() -> Gradients.of(() -> loss(x, recompute)));
  }

  @Test
  void savedOperandsAndGradientsAreCounted() {
    long row = 4 * WIDTH;
    Footprint one = footprint(1, false);
    // forward: x, then the operand of gelu, of the second product, of the square, of the mean
    assertThat(one.bytes()).startsWith(2 * row, 3 * row, 4 * row, 5 * row);
    // at the end: both matrices' gradients, and nothing that was saved but what the last step read
    assertThat(one.bytes()[one.bytes().length - 1]).isEqualTo(2 * MATRIX + 2 * row);
    assertThat(one.peak()).isGreaterThanOrEqualTo(2 * MATRIX + 2 * row);
  }

  @Test
  void smallBatchesTellOfLargeOnes() {
    for (boolean recompute : new boolean[] {false, true}) {
      Footprint told = Footprint.extrapolate(footprint(1, recompute), footprint(2, recompute), 50);
      assertThat(told.bytes()).isEqualTo(footprint(50, recompute).bytes());
    }
  }

  @Test
  void recomputedBlocksHoldLessOnTheWayForward() {
    long kept = footprint(100, false).bytes()[2];
    long recomputed = footprint(100, true).bytes()[0];
    assertThat(recomputed).isLessThan(kept);
  }

  @Test
  void gradientsAreTheSameWhileCounting() {
    Tensor x = Tensor.normal(Shape.of(3, WIDTH), 0, 1, RandomStream.of(2));
    float[] plain = Gradients.of(() -> loss(x, true)).of(first).toArray();
    float[][] counted = new float[1][];
    Footprint.during(() -> counted[0] = Gradients.of(() -> loss(x, true)).of(first).toArray());
    assertThat(counted[0]).isEqualTo(plain);
  }

  @Test
  void otherComputationsDoNotExtend() {
    assertThatThrownBy(() -> Footprint.extrapolate(footprint(1, true), footprint(1, false), 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the same operations");
  }
}
