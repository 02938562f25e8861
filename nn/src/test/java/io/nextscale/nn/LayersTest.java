package io.nextscale.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Convolution.Padding;
import io.nextscale.tensor.op.MatrixProduct.Activation;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LayersTest {

  /** A few float32 roundings of values of order 1. */
  private static final Offset<Float> ROUNDING = Offset.offset(1e-5f);

  private final RandomStream random = RandomStream.of(7);

  private Parameter normal(int... extents) {
    return new Parameter(Tensor.normal(Shape.of(extents), 0, 1, random));
  }

  @Test
  void theFusedTailOfALinearLayerIsTheSumOfItsParts() {
    Linear layer = new Linear(normal(3, 4), normal(3));
    Tensor x = normal(2, 5, 4).peek();
    Tensor gate = normal(2, 1, 3).peek();
    Tensor residual = normal(2, 5, 3).peek();

    assertThat(layer.forward(x, gate, residual).toArray())
        .containsExactly(layer.forward(x).times(gate).plus(residual).toArray(), ROUNDING);
    assertThat(layer.forward(x, Activation.GELU).toArray())
        .containsExactly(layer.forward(x).gelu().toArray(), ROUNDING);
  }

  @Test
  void aOneByOneConvolutionIsALinearLayerAtEveryPosition() {
    Parameter weight = normal(3, 4, 1, 1);
    Parameter bias = normal(3);
    Tensor x = normal(2, 5, 6, 4).peek();

    Tensor y = new Conv2d(weight, bias, 1, Padding.none()).forward(x);

    assertThat(y.shape()).isEqualTo(Shape.of(2, 5, 6, 3));
    assertThat(y.toArray())
        .containsExactly(x.linear(weight.peek().reshape(3, 4), bias.peek()).toArray(), ROUNDING);
  }

  @Test
  void groupNormOfTwoGroupsStandardisesEachHalfOfTheChannels() {
    GroupNorm norm =
        new GroupNorm(
            new Parameter(Tensor.ones(Shape.of(4))),
            new Parameter(Tensor.zeros(Shape.of(4))),
            2,
            1e-6f);
    float[] y = norm.forward(normal(1, 3, 3, 4).peek().times(5).plus(2)).toArray();
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < y.length; i++) {
      if (i % 4 < 2) {
        sum += y[i];
        squares += y[i] * y[i];
      }
    }
    assertThat((float) sum / 18).isCloseTo(0, ROUNDING);
    assertThat((float) squares / 18).isCloseTo(1, ROUNDING);
    assertThatThrownBy(() -> GroupNorm.declared(33, 32, 1e-6f))
        .hasMessage("groupNorm: channels that 32 groups divide; got 33");
  }

  @Test
  void embeddingLooksUpRowsAndItsGradientCountsThem() {
    Embedding table = new Embedding(normal(3, 2));
    Tensor ids = Tensor.ofInts(Shape.of(4), 2, 0, 2, 2);

    Gradients g = Gradients.of(() -> table.forward(ids).sum());

    assertThat(g.of(table.weight()).toArray()).containsExactly(1, 1, 0, 0, 3, 3);
  }

  @Test
  void batchNormUsesTheStatisticsOfTraining() {
    BatchNorm norm = BatchNorm.declared(2, 0);
    norm.weight().set(Tensor.of(Shape.of(2), 2, 1));
    norm.bias().set(Tensor.of(Shape.of(2), 0, 10));
    norm.runningMean().set(Tensor.of(Shape.of(2), 1, -1));
    norm.runningVariance().set(Tensor.of(Shape.of(2), 4, 0.25f));
    Tensor x = Tensor.of(Shape.of(1, 1, 2, 2), 1, -1, 5, 0);

    assertThat(norm.forward(x).toArray()).containsExactly(new float[] {0, 10, 4, 12}, ROUNDING);
    assertThat(Parameters.of(norm).shapes().keySet())
        .containsExactly("weight", "bias", "running_mean", "running_var", "num_batches_tracked");
  }

  @Test
  void observersOfPartsSeeFullNames() {
    List<String> seen = new ArrayList<>();
    Observer observer = (name, value) -> seen.add(name + " " + value.shape());

    observer.under("encoder").under("mid").observe("block_1", Tensor.zeros(Shape.of(2)));

    assertThat(seen).containsExactly("encoder.mid.block_1 (2)");
    assertThat(Observer.NONE.under("encoder")).isSameAs(Observer.NONE);
  }

  @Test
  void truncatedNormalValuesStayWithinTheLimit() {
    float[] values = Initializer.truncatedNormal(Shape.of(2000), 1, 0.5, random).toArray();
    double squares = 0;
    for (float value : values) {
      assertThat(Math.abs(value)).isLessThanOrEqualTo(0.5f);
      squares += value * value;
    }
    // The variance of a standard normal cut at ±1/2 is 0.0807.
    assertThat(squares / values.length).isBetween(0.07, 0.09);
  }
}
