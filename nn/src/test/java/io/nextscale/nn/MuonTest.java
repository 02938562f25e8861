package io.nextscale.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MuonTest {

  private static final Offset<Float> ROUNDING = Offset.offset(1e-5f);

  private static Muon muon(double momentum, Parameter... matrices) {
    AdamW adam = new AdamW(List.of(), 0.9, 0.95, 1e-8);
    return new Muon(List.of(matrices), List.of(matrices), momentum, adam);
  }

  /** I − 2 v vᵀ / ‖v‖²: an orthogonal matrix, (n,n). */
  private static Tensor reflection(int n, RandomStream random) {
    Tensor v = Tensor.normal(Shape.of(n, 1), 0, 1, random);
    float square = v.matmul(v, true, false).item();
    float[] identity = new float[n * n];
    for (int i = 0; i < n; i++) {
      identity[i * n + i] = 1;
    }
    return Tensor.of(Shape.of(n, n), identity).minus(v.matmul(v, false, true).times(2 / square));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "5, 9", "24, 16", "16, 64", "1, 7"})
  void singularValuesComeNearToOneAndSingularVectorsStay(int rows, int columns) {
    RandomStream random = RandomStream.of(rows * 100 + columns);
    Tensor left = reflection(rows, random);
    Tensor right = reflection(columns, random);
    float[] diagonal = new float[rows * columns];
    for (int i = 0; i < Math.min(rows, columns); i++) {
      diagonal[i * columns + i] = (float) StrictMath.pow(30, random.nextDouble());
    }
    Tensor x = left.matmul(Tensor.of(Shape.of(rows, columns), diagonal)).matmul(right);

    Tensor o = left.matmul(Muon.orthogonal(x), true, false).matmul(right, false, true);

    float[] values = o.toArray();
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        float value = values[i * columns + j];
        if (i != j) {
          assertThat(value).isCloseTo(0, Offset.offset(1e-3f));
        } else {
          assertThat(value).as("of %s", diagonal[i * columns + i]).isBetween(0.6f, 1.25f);
        }
      }
    }
  }

  @Test
  void aStepHasTheSizeOfAdamsWhateverThatOfTheGradient() {
    RandomStream random = RandomStream.of(5);
    for (Shape shape : List.of(Shape.of(16, 16), Shape.of(12, 40), Shape.of(40, 12))) {
      Tensor gradient = Tensor.normal(shape, 0, 1, random);
      Parameter small = new Parameter(Tensor.zeros(shape));
      Parameter large = new Parameter(Tensor.zeros(shape));
      muon(0.95, small).step(Map.of(small, gradient), 0.1, 0);
      muon(0.95, large).step(Map.of(large, gradient.times(1000)), 0.1, 0);

      double sum = 0;
      for (float value : small.peek().toArray()) {
        sum += value * value;
      }
      assertThat(Math.sqrt(sum / shape.size())).isBetween(0.1 * 0.13, 0.1 * 0.24);
      assertThat(large.peek().toArray()).containsExactly(small.peek().toArray(), ROUNDING);
    }
  }

  @Test
  void momentumAndDecayAreThoseOfTheFormula() {
    RandomStream random = RandomStream.of(6);
    Shape shape = Shape.of(6, 10);
    Tensor start = Tensor.normal(shape, 0, 1, random);
    Tensor first = Tensor.normal(shape, 0, 1, random);
    Tensor second = Tensor.normal(shape, 0, 1, random);
    Parameter w = new Parameter(start);
    Muon muon = muon(0.9, w);
    muon.step(Map.of(w, first), 0.01, 0.5);
    muon.step(Map.of(w, second), 0.02, 0.25);

    float size = (float) (0.2 * Math.sqrt(10));
    Tensor m = first.times(0.9f).plus(second);
    Tensor expected =
        start
            .times(1 - 0.01f * 0.5f)
            .minus(Muon.orthogonal(first.times(1.9f)).times(0.01f * size))
            .times(1 - 0.02f * 0.25f)
            .minus(Muon.orthogonal(second.plus(m.times(0.9f))).times(0.02f * size));
    assertThat(w.peek().toArray()).containsExactly(expected.toArray(), ROUNDING);
  }

  @Test
  void kernelsOfConvolutionsAreMatricesOfTheirOutputs() {
    Tensor gradient = Tensor.normal(Shape.of(4, 3, 3, 3), 0, 1, RandomStream.of(7));
    Parameter kernel = new Parameter(Tensor.zeros(gradient.shape()));
    Parameter matrix = new Parameter(Tensor.zeros(Shape.of(4, 27)));
    muon(0.9, kernel).step(Map.of(kernel, gradient), 0.1, 0);
    muon(0.9, matrix).step(Map.of(matrix, gradient.reshape(4, 27)), 0.1, 0);

    assertThat(kernel.peek().shape()).isEqualTo(gradient.shape());
    assertThat(kernel.peek().toArray()).containsExactly(matrix.peek().toArray());
  }

  @Test
  void aGradientOfZerosMovesNothing() {
    Parameter w = new Parameter(Tensor.of(Shape.of(2, 2), 1, 2, 3, 4));
    muon(0.9, w).step(Map.of(w, Tensor.zeros(Shape.of(2, 2))), 0.1, 0);
    assertThat(w.peek().toArray()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void whatIsNoMatrixIsLeftToAdam() {
    Tensor g = Tensor.of(Shape.of(3), 1, -2, 3);
    Parameter own = new Parameter(Tensor.of(Shape.of(3), 1, 1, 1));
    Parameter adams = new Parameter(own.peek());
    muon(0.9).step(Map.of(own, g), 0.1, 0.5);
    new AdamW(List.of(), 0.9, 0.95, 1e-8).step(Map.of(adams, g), 0.1, 0.5);

    assertThat(own.peek().toArray()).containsExactly(adams.peek().toArray());
    assertThatThrownBy(() -> muon(0.9, own))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("muon: matrices; got (3) — leave vectors to AdamW");
    assertThatThrownBy(() -> muon(1)).hasMessageContaining("a momentum from 0 up to 1; got 1.0");
  }

  @Test
  void anOptimiserThatIsRestoredGoesOnAsTheOther() throws Exception {
    RandomStream random = RandomStream.of(8);
    Tensor matrix = Tensor.normal(Shape.of(3, 5), 0, 1, random);
    Tensor vector = Tensor.normal(Shape.of(4), 0, 1, random);
    SequencedMap<String, Parameter> one = named(matrix, vector);
    SequencedMap<String, Parameter> two = named(matrix, vector);
    Muon first = muon(0.9, one.get("matrix"), one.get("unused"));
    Muon second = muon(0.9, two.get("matrix"), two.get("unused"));
    step(first, one, 1);
    step(first, one, 2);
    step(second, two, 7); // of another run
    two.forEach((name, parameter) -> parameter.set(one.get(name).peek()));
    second.restore(two, Checkpoint.of("state", first.state(one)));
    step(first, one, 3);
    step(second, two, 3);

    one.forEach((name, parameter) ->
        assertThat(two.get(name).peek().toArray())
            .as(name)
            .containsExactly(parameter.peek().toArray()));
    assertThat(first.state(one))
        .containsOnlyKeys("adamw.steps", "adamw.m.vector", "adamw.v.vector", "momentum.matrix");
    SequencedMap<String, Tensor> other = first.state(one);
    other.put("momentum.matrix", Tensor.zeros(Shape.of(5, 3)));
    assertThatThrownBy(() -> second.restore(two, Checkpoint.of("state", other)))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("momentum.matrix (3, 5)")
        .hasMessageContaining("(5, 3)");
  }

  private static SequencedMap<String, Parameter> named(Tensor matrix, Tensor vector) {
    SequencedMap<String, Parameter> named = new LinkedHashMap<>();
    named.put("matrix", new Parameter(matrix));
    named.put("unused", new Parameter(matrix));
    named.put("vector", new Parameter(vector));
    return named;
  }

  private static void step(Muon muon, Map<String, Parameter> named, long seed) {
    RandomStream random = RandomStream.of(seed);
    SequencedMap<Parameter, Tensor> gradients = new LinkedHashMap<>();
    for (String name : List.of("matrix", "vector")) {
      Parameter parameter = named.get(name);
      gradients.put(parameter, Tensor.normal(parameter.shape(), 0, 1, random));
    }
    muon.step(gradients, 0.1, 0.01);
  }
}
