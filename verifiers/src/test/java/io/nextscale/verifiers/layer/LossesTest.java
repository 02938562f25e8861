package io.nextscale.verifiers.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.Golden;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class LossesTest {

  /** Sums of a few float exponentials. */
  private static final double FLOATS = 1e-5;

  private static Tensor unit(String name, int rows) {
    return Golden.procedural(name, Shape.of(rows, 6), 1, 0).l2Normalize(1e-12f);
  }

  private static double[][] products(Tensor a, Tensor b, double scale) {
    int rows = a.shape().dim(0);
    int columns = b.shape().dim(0);
    float[] x = a.toArray();
    float[] y = b.toArray();
    double[][] products = new double[rows][columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        for (int e = 0; e < 6; e++) {
          products[i][j] += scale * x[6 * i + e] * y[6 * j + e];
        }
      }
    }
    return products;
  }

  @Test
  void contrastiveLossIsTheMeanOfBothCrossEntropies() {
    Tensor images = unit("images", 5);
    Tensor texts = unit("texts", 3);
    float[] hidden = new float[15];
    hidden[1] = -1e9f; // picture 1 shows text 0 too
    hidden[13] = -1e9f; // and picture 3 text 2
    for (boolean added : new boolean[] {false, true}) {
      double[][] logits = products(texts, images, 4);
      if (added) {
        logits[0][1] = Double.NEGATIVE_INFINITY;
        logits[2][3] = Double.NEGATIVE_INFINITY;
      }
      double expected = 0;
      for (int i = 0; i < 3; i++) {
        double ofText = 0;
        for (int j = 0; j < 5; j++) {
          ofText += Math.exp(logits[i][j]);
        }
        double ofPicture = 0;
        for (int t = 0; t < 3; t++) {
          ofPicture += Math.exp(logits[t][i]);
        }
        expected += (Math.log(ofText) + Math.log(ofPicture) - 2 * logits[i][i]) / 6;
      }
      Tensor loss =
          Losses.contrastive(
              images, texts, Tensor.scalar(4), added ? Tensor.of(Shape.of(3, 5), hidden) : null);
      assertThat((double) loss.item()).isCloseTo(expected, within(FLOATS * expected));
    }
    assertThatThrownBy(() -> Losses.contrastive(texts, images, Tensor.scalar(1), null))
        .isInstanceOf(ShapeException.class)
        .hasMessage("contrastive: a picture for each text; got (3, 6), (5, 6)");
  }

  @Test
  void preferenceLossIsMinusTheLogarithmOfASigmoid() {
    Tensor better = Tensor.of(Shape.of(3), 1, -2, 60);
    Tensor worse = Tensor.of(Shape.of(3), 0, 3, -60);
    double expected = (Math.log1p(Math.exp(-1)) + Math.log1p(Math.exp(5)) + 0) / 3;
    assertThat((double) Losses.preference(better, worse).item())
        .isCloseTo(expected, within(FLOATS));
    assertThat(Losses.preference(worse, better).item()).isBetween(40f, 42f); // finite far away
  }

  @Test
  void qualityLossIsLogisticWithAnyGrade() {
    Tensor scores = Tensor.of(Shape.of(3), 0.5f, -2, 4);
    Tensor grades = Tensor.of(Shape.of(3), 1, 0.25f, 0);
    double expected = 0;
    for (int i = 0; i < 3; i++) {
      double p = 1 / (1 + Math.exp(-scores.toArray()[i]));
      double t = grades.toArray()[i];
      expected -= (t * Math.log(p) + (1 - t) * Math.log(1 - p)) / 3;
    }
    assertThat((double) Losses.quality(scores, grades).item()).isCloseTo(expected, within(FLOATS));
  }

  @Test
  void gradientsMatchFiniteDifferences() {
    Tensor images = unit("images", 5);
    Tensor texts = unit("texts", 3);
    Tensor grades = Tensor.of(Shape.of(5), 1, 0, 0.5f, 0.1f, 0.9f);
    Tensor row = Golden.procedural("row", Shape.of(5), 1, 0);
    check(x -> Losses.contrastive(x, texts, Tensor.scalar(4), null), images);
    check(x -> Losses.contrastive(images, x, Tensor.scalar(4), null), texts);
    check(x -> Losses.contrastive(images, texts, x.exp(), null), Tensor.scalar(1.3f));
    check(x -> Losses.preference(x, row), row.times(0.5f));
    check(x -> Losses.preference(row, x), row.times(0.5f));
    check(x -> Losses.quality(x, grades), row);
  }

  private static void check(UnaryOperator<Tensor> loss, Tensor x) {
    Gradients gradients = Gradients.of(List.of(x), () -> loss.apply(x));
    float[] exact = gradients.of(x).toArray();
    float[] values = x.toArray();
    float h = 1e-2f;
    for (int i = 0; i < values.length; i++) {
      float[] more = values.clone();
      float[] less = values.clone();
      more[i] += h;
      less[i] -= h;
      double slope =
          (loss.apply(Tensor.of(x.shape(), more)).item()
                  - loss.apply(Tensor.of(x.shape(), less)).item())
              / (2 * h);
      // Central differences of a float loss near 1: h² and 1e-7 / h.
      assertThat((double) exact[i]).isCloseTo(slope, within(1e-3));
    }
  }
}
