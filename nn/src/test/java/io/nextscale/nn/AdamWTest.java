package io.nextscale.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.TensorFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AdamWTest {

  /** Values of order 1 after a few float32 operations whose order is not PyTorch's. */
  private static final Offset<Float> ROUNDING = Offset.offset(1e-6f);

  private static TensorFile golden() throws Exception {
    return TensorFile.open(
        Path.of(AdamWTest.class.getResource("/golden/adamw_clip.safetensors").toURI()));
  }

  @Test
  void clippingAndFourStepsAreThoseOfPyTorch() throws Exception {
    try (TensorFile golden = golden()) {
      Parameter p1 = new Parameter(golden.load("in.p1"));
      Parameter p2 = new Parameter(golden.load("in.p2"));
      AdamW optimizer = new AdamW(List.of(p1), 0.9, 0.95, 1e-8);
      for (int step = 0; step < 4; step++) {
        String at = "step" + step;
        SequencedMap<Parameter, Tensor> gradients = new LinkedHashMap<>();
        gradients.put(p1, golden.load(at + ".in.g1"));
        gradients.put(p2, golden.load(at + ".in.g2"));
        GradientClip clip = GradientClip.byNorm(gradients, 2);
        assertThat((float) clip.norm())
            .isCloseTo(golden.load(at + ".out.total_norm").item(), ROUNDING);
        assertClose(clip.gradients().get(p1), golden.load(at + ".out.g1_clipped"));
        optimizer.step(clip.gradients(), 0.01, 0.05);
        assertClose(p1.peek(), golden.load(at + ".out.p1"));
        assertClose(p2.peek(), golden.load(at + ".out.p2"));
      }
      AdamW.Moments moments = optimizer.moments(p1);
      assertThat(moments.steps()).isEqualTo(4);
      assertClose(moments.m(), golden.load("out.exp_avg1"));
      assertClose(moments.v(), golden.load("out.exp_avg_sq1"));
    }
  }

  @Test
  void aParameterWithoutAGradientStaysAsItIs() {
    Parameter used = new Parameter(Tensor.of(Shape.of(2), 1, 2));
    Parameter unused = new Parameter(Tensor.of(Shape.of(2), 3, 4));
    AdamW optimizer = new AdamW(List.of(used, unused), 0.9, 0.95, 1e-8);
    SequencedMap<Parameter, Tensor> gradients = new LinkedHashMap<>();
    gradients.put(used, Tensor.of(Shape.of(2), 1, -1));

    optimizer.step(gradients, 0.1, 0.5);

    assertThat(unused.peek().toArray()).containsExactly(3, 4);
    assertThat(optimizer.moments(unused)).isNull();
    // The first step of Adam has the size of the learning rate, after decay by 0.1 · 0.5.
    assertThat(used.peek().toArray()[0]).isCloseTo(0.95f - 0.1f, ROUNDING);
    assertThat(used.peek().toArray()[1]).isCloseTo(1.9f + 0.1f, ROUNDING);
  }

  @Test
  void anOptimiserThatIsGivenTheMomentsGoesOnAsTheOther() {
    Tensor gradient = Tensor.of(Shape.of(3), 1, -2, 0.5f);
    Parameter straight = new Parameter(Tensor.of(Shape.of(3), 1, 2, 3));
    AdamW first = new AdamW(List.of(straight), 0.9, 0.95, 1e-8);
    first.step(Map.of(straight, gradient), 0.1, 0.05);
    first.step(Map.of(straight, gradient.negate()), 0.1, 0.05);
    Parameter resumed = new Parameter(straight.peek());
    AdamW second = new AdamW(List.of(resumed), 0.9, 0.95, 1e-8);
    second.step(Map.of(resumed, gradient), 0, 0); // of another run
    second.restore(resumed, first.moments(straight));

    first.step(Map.of(straight, gradient), 0.1, 0.05);
    second.step(Map.of(resumed, gradient), 0.1, 0.05);

    assertThat(resumed.peek().toArray()).containsExactly(straight.peek().toArray());
    assertThat(second.moments(resumed).steps()).isEqualTo(3);
    Tensor other = Tensor.zeros(Shape.of(2));
    assertThatThrownBy(() -> second.restore(resumed, new AdamW.Moments(1, other, other)))
        .hasMessage("adamw: moments of the parameter's shape; got (3), (2)");
  }

  @Test
  void gradientsBelowTheLimitStayAsTheyAre() {
    Parameter p = new Parameter(Tensor.of(Shape.of(2), 0, 0));
    SequencedMap<Parameter, Tensor> gradients = new LinkedHashMap<>();
    gradients.put(p, Tensor.of(Shape.of(2), 3, 4));

    assertThat(GradientClip.byNorm(gradients, 6).gradients()).isSameAs(gradients);
    assertThat(GradientClip.byNorm(gradients, Double.POSITIVE_INFINITY).norm()).isEqualTo(5);
    float[] half = GradientClip.byNorm(gradients, 2.5).gradients().get(p).toArray();
    assertThat(half[0]).isCloseTo(1.5f, ROUNDING);
    assertThat(half[1]).isCloseTo(2, ROUNDING);
  }

  private static void assertClose(Tensor actual, Tensor expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.toArray()).containsExactly(expected.toArray(), ROUNDING);
  }
}
