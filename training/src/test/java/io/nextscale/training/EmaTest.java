package io.nextscale.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Linear;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class EmaTest {

  private final Linear model = new Linear(new Parameter(Tensor.full(Shape.of(1, 2), 1)), null);
  private final Parameters parameters = Parameters.of(model);

  private void set(float value) {
    model.weight().set(Tensor.full(Shape.of(1, 2), value));
  }

  private static float first(Checkpoint checkpoint) throws IOException {
    return checkpoint.tensor("weight").toArray()[0];
  }

  @Test
  void averageFollowsItsFormula() throws IOException {
    Ema ema = new Ema(parameters, 0.15);
    assertThat(ema.decay(0)).isEqualTo(0.1);
    assertThat(ema.decay(1)).isEqualTo(0.15);
    set(3);
    ema.update(); // 1 + 0.9 (3 − 1) = 2.8
    set(-1);
    ema.update(); // 2.8 + 0.85 (−1 − 2.8) = −0.43
    assertThat(first(ema.checkpoint("averages"))).isCloseTo(-0.43f, within(1e-6f));
  }

  @Test
  void modelHasItsOwnWeightsAgainAlsoAfterAFailure() {
    Ema ema = new Ema(parameters, 0.9);
    set(5);
    assertThat(ema.during(() -> model.weight().peek().toArray()[0])).isEqualTo(1);
    assertThat(model.weight().peek().toArray()[0]).isEqualTo(5);
    assertThatThrownBy(() ->
            ema.during(() -> {
              throw new IllegalStateException("no");
            }))
        .hasMessage("no");
    assertThat(model.weight().peek().toArray()[0]).isEqualTo(5);
  }

  @Test
  void restoredAverageGoesOnWithTheSameBits() throws IOException {
    Ema ema = new Ema(parameters, 0.999);
    set(0.3f);
    ema.update();
    Ema other = new Ema(parameters, 0.999);
    other.restore(Checkpoint.of("state", ema.state()));
    set(0.7f);
    ema.update();
    other.update();
    assertThat(first(other.checkpoint("b"))).isEqualTo(first(ema.checkpoint("a")));
  }

  @Test
  void averagesOfAnotherModelAreRefused() {
    Ema wider =
        new Ema(Parameters.of(new Linear(new Parameter(Tensor.zeros(Shape.of(1, 3))), null)), 0.9);
    assertThatThrownBy(() -> new Ema(parameters, 0.9).restore(Checkpoint.of("x", wider.state())))
        .hasMessageContaining("weight (1, 2)")
        .hasMessageContaining("(1, 3)");
  }
}
