package io.nextscale.vqvae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.training.TokenizerTraining.Weights;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReconstructionLossTest {

  private static final Shape SHAPE = Shape.of(2, 3, 4, 3);

  private final Tensor images = Tensor.normal(SHAPE, 0, 1, RandomStream.of(1));
  private final Tensor again = Tensor.normal(SHAPE, 0, 1, RandomStream.of(2));

  private static float loss(Weights weights, Tensor again, Tensor images) {
    return new ReconstructionLoss(weights, null).of(again, images).sum().item();
  }

  @Test
  void everyPartCountsWithItsWeight() {
    float[] x = images.toArray();
    float[] y = again.toArray();
    double l1 = 0;
    double l2 = 0;
    double chroma = 0;
    for (int i = 0; i < x.length; i += 3) {
      double mean = 0;
      for (int c = 0; c < 3; c++) {
        mean += (y[i + c] - x[i + c]) / 3.0;
      }
      for (int c = 0; c < 3; c++) {
        double d = y[i + c] - x[i + c];
        l1 += Math.abs(d) / x.length;
        l2 += d * d / x.length;
        chroma += (d - mean) * (d - mean) / x.length;
      }
    }
    assertThat((double) loss(new Weights(0.3, 0.7, 5, 0, 1), again, images))
        .isCloseTo(0.3 * l1 + 0.7 * l2 + 5 * chroma, within(1e-5));
    assertThat((double) loss(new Weights(0.3, 0.7, 0, 1), again, images))
        .isCloseTo(0.3 * l1 + 0.7 * l2, within(1e-6));
  }

  @Test
  void brightnessIsNoColour() {
    Tensor brighter = images.plus(Tensor.scalar(0.4f));
    assertThat(loss(new Weights(0, 0, 1, 0, 0), brighter, images)).isLessThan(1e-10f);
  }

  @Test
  void theGradientIsThatOfFiniteDifferences() {
    Weights weights = new Weights(0, 0.5, 2, 0, 0);
    Tensor gradient =
        Gradients.of(
                List.of(again), () -> new ReconstructionLoss(weights, null).of(again, images).sum())
            .of(again);
    float[] values = again.toArray();
    float step = 1e-2f; // exact for a quadratic but for rounding
    for (int i = 0; i < values.length; i += 7) {
      float[] up = values.clone();
      up[i] += step;
      float[] down = values.clone();
      down[i] -= step;
      double slope =
          (loss(weights, Tensor.of(SHAPE, up), images)
                  - loss(weights, Tensor.of(SHAPE, down), images))
              / (2.0 * step);
      assertThat((double) gradient.toArray()[i]).isCloseTo(slope, within(1e-4));
    }
  }
}
