package io.nextscale.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlicesTest {

  private static final int ROWS = 37;

  /** Two layers, and one that no slice but the last uses. */
  record Net(
      @Name("first") Linear first, @Name("late") Parameter late, @Name("second") Linear second) {

    static Net of(RandomStream random) {
      Net net =
          new Net(
              Linear.declared(24, 48, true),
              Parameter.declared(Shape.of(48)),
              Linear.declared(48, 3, true));
      for (Parameter parameter : net.parameters().trained().values()) {
        parameter.set(Tensor.normal(parameter.shape(), 0, 0.2f, random));
      }
      return net;
    }

    Parameters parameters() {
      return Parameters.of(this);
    }

    Tensor loss(Tensor x, int from, int to) {
      Tensor hidden = first.forward(x.slice(0, from, to)).gelu();
      Tensor all = to == ROWS ? hidden.plus(late.value()) : hidden;
      Tensor y = second.forward(all);
      return y.times(y).mean();
    }
  }

  private static final Tensor INPUT = Tensor.normal(Shape.of(ROWS, 24), 0, 1, RandomStream.of(2));

  private static Slices.Sum sum(Net net, int slices) {
    return Slices.gradients(
        net.parameters(), ROWS, slices, 0.5f, (from, to) -> net.loss(INPUT, from, to));
  }

  /** The definition, slice after slice, on one thread of this test. */
  private static double expected(Net net, int slices, Parameter parameter, int index) {
    double sum = 0;
    for (int i = 0; i < slices; i++) {
      int from = ROWS * i / slices;
      int to = ROWS * (i + 1) / slices;
      Tensor g = Gradients.of(() -> net.loss(INPUT, from, to)).of(parameter);
      sum += g == null ? 0 : 0.5 * (to - from) / ROWS * g.toArray()[index];
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, ROWS})
  void slicesAddUpToTheMeanOfTheirRows(int slices) {
    Net net = Net.of(RandomStream.of(1));
    Slices.Sum sum = sum(net, slices);
    double loss = 0;
    for (int i = 0; i < slices; i++) {
      int from = ROWS * i / slices;
      int to = ROWS * (i + 1) / slices;
      loss += (double) (to - from) / ROWS * net.loss(INPUT, from, to).item();
    }
    assertThat(sum.loss()).isCloseTo(loss, within(1e-5));
    assertThat(sum.gradients().keySet())
        .as("in the order of the model")
        .containsExactlyElementsOf(net.parameters().trained().values());
    sum.gradients()
        .forEach((parameter, gradient) -> {
          float[] values = gradient.toArray();
          for (int i = 0; i < values.length; i += 7) {
            assertThat((double) values[i])
                .isCloseTo(expected(net, slices, parameter, i), within(1e-5));
          }
        });
  }

  @Test
  void moreSlicesThanRowsAreOneRowEach() {
    Net net = Net.of(RandomStream.of(1));
    assertThat(bits(sum(net, 1000))).isEqualTo(bits(sum(net, ROWS)));
  }

  /** A loop inside a chunk of another runs on its thread alone. */
  @Test
  void theBitsAreThoseOfASingleThread() {
    Net net = Net.of(RandomStream.of(1));
    List<List<Float>> alone = new ArrayList<>(List.of(List.of(), List.of()));
    INPUT
        .backend()
        .onHost(
            2,
            1,
            (from, to) -> {
              for (int i = from; i < to; i++) {
                alone.set(i, bits(sum(net, 4)));
              }
            });
    List<Float> sharedOut = bits(sum(net, 4));
    assertThat(alone.get(0)).isEqualTo(sharedOut);
    assertThat(alone.get(1)).isEqualTo(sharedOut);
  }

  private static List<Float> bits(Slices.Sum sum) {
    List<Float> bits = new ArrayList<>(List.of((float) sum.loss()));
    for (Tensor gradient : sum.gradients().values()) {
      for (float value : gradient.toArray()) {
        bits.add(value);
      }
    }
    return bits;
  }

  @Test
  void aFailingSliceIsTheFailureOfAll() {
    Net net = Net.of(RandomStream.of(1));
    assertThatThrownBy(() ->
            Slices.gradients(
                net.parameters(),
                ROWS,
                3,
                1,
                (from, to) -> {
                  if (from > 20) {
                    throw new IllegalStateException("rows from " + from);
                  }
                  return net.loss(INPUT, from, to);
                }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("rows from 24");
    assertThatThrownBy(() -> sum(net, 0)).hasMessageContaining("at least one row and one slice");
  }
}
