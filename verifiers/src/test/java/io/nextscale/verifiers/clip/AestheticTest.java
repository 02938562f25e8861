package io.nextscale.verifiers.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.verifiers.Golden;
import io.nextscale.verifiers.layer.ScoreHead;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AestheticTest {

  private static final String FILE =
      "data/weights/laion-aesthetic-v2-sac-logos-ava1-l14-linearMSE.pth";

  /**
   * Torch's own float32 figures lie within 3e-7 of its float64 figures, sums of a thousand
   * products.
   */
  private static final double FLOATS = 2e-6;

  @Test
  void realHeadGivesTheScoresOfTorch() throws IOException {
    ScoreHead head = Aesthetic.head(Golden.shared(FILE), 768);
    Tensor x = Golden.procedural("embedding", Shape.of(4, 768), 1, 0).l2Normalize(1e-12f);
    float[] scores = head.forward(x).toArray();
    // The five layers in float64, torch 1.13.
    double[] expected = {
      6.210573698369316, 5.1465471981457505, 4.374109238998852, 4.656371300825095
    };
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) scores[i]).isCloseTo(expected[i], within(FLOATS * expected[i]));
    }
  }

  /** The layers are one affine map w·x + b with |w| = 17.995625 and b = 5.236646. */
  @Test
  void realHeadIsAnAffineMap() throws IOException {
    ScoreHead head = Aesthetic.head(Golden.shared(FILE), 768);
    float[] identity = new float[768 * 768];
    for (int i = 0; i < 768; i++) {
      identity[i * 769] = 1;
    }
    double bias = head.forward(Tensor.zeros(Shape.of(1, 768))).toArray()[0];
    assertThat(bias).isCloseTo(5.236645844819847, within(1e-5));
    double squares = 0;
    for (float score : head.forward(Tensor.of(Shape.of(768, 768), identity)).toArray()) {
      squares += (score - bias) * (score - bias);
    }
    assertThat(Math.sqrt(squares)).isCloseTo(17.995624776433644, within(1e-4));
  }

  @Test
  void headOfOtherVectorsIsRefused() {
    Path weights = Golden.shared(FILE);
    assertThatThrownBy(() -> Aesthetic.head(weights, 512))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("layers.0.weight (1024, 512), file has (1024, 768)");
  }

  @Test
  void namesOfAFileOfBoth() {
    Aesthetic model =
        Aesthetic.declared(
            new ClipConfig.Vision(16, 8, 8, 1, 2), 6, new ScoreHead.Widths(5, 4, 3, 2));
    Parameters parameters = model.parameters();
    assertThat(parameters.shapes())
        .containsKeys(
            "visual.conv1.weight",
            "visual.transformer.resblocks.0.attn.in_proj_weight",
            "layers.0.weight",
            "layers.2.bias",
            "layers.4.weight",
            "layers.6.weight",
            "layers.7.bias");
    assertThat(parameters.shapes().get("layers.0.weight")).isEqualTo(Shape.of(5, 6));
    assertThat(parameters.shapes().get("layers.7.weight")).isEqualTo(Shape.of(1, 2));
  }
}
