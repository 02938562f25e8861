package io.nextscale.vqvae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import org.junit.jupiter.api.Test;

class DiffAugmentTest {

  private static final RandomStream DRAWS = RandomStream.of(9).split("draws");
  private static final Tensor IMAGES =
      Tensor.uniform(Shape.of(3, 8, 10, 3), -1, 1, RandomStream.of(4));

  /** Steps of 0.01 in single precision, along a sum of 720 terms; the map is linear. */
  private static final double GRADIENT = 2e-3;

  @Test
  void theSameStreamChangesTwoBatchesAlike() {
    Tensor others = IMAGES.plus(0.25f);

    Tensor one = DiffAugment.PAPER.apply(IMAGES, DRAWS);
    Tensor other = DiffAugment.PAPER.apply(others, DRAWS);

    assertThat(DiffAugment.PAPER.apply(IMAGES, DRAWS).toArray()).containsExactly(one.toArray());
    float[] difference = other.minus(one).toArray(); // brightness passes through, or is cut
    for (float d : difference) {
      assertThat(Math.abs(d - 0.25f) < 1e-5f || d == 0).isTrue();
    }
    assertThat(DiffAugment.PAPER.apply(IMAGES, RandomStream.of(10)).toArray())
        .isNotEqualTo(one.toArray());
  }

  @Test
  void anImageIsChangedAloneAsInItsBatch() {
    Tensor together = DiffAugment.PAPER.apply(IMAGES, DRAWS);
    Tensor first = DiffAugment.PAPER.apply(IMAGES.slice(0, 0, 1), DRAWS);

    assertThat(first.toArray()).containsExactly(together.slice(0, 0, 1).toArray());
  }

  @Test
  void colorsKeepTheMeanUpToBrightness() {
    Tensor changed = new DiffAugment(true, 0, 0).apply(IMAGES, DRAWS);

    for (int b = 0; b < 3; b++) {
      float before = IMAGES.slice(0, b, b + 1).mean().item();
      float after = changed.slice(0, b, b + 1).mean().item();
      assertThat(after - before).isBetween(-0.5f, 0.5f).isNotZero();
    }
  }

  @Test
  void translationMovesWholeImagesAndBringsInZeros() {
    DiffAugment shift = new DiffAugment(false, 0.25, 0);
    boolean moved = false;
    for (int i = 0; i < 20; i++) {
      Tensor changed = shift.apply(IMAGES, DRAWS.split(i));
      for (int b = 0; b < 3; b++) {
        int[] by = shiftOf(b, changed);
        assertThat(by).as("a shift that explains image %d", b).isNotNull();
        assertThat(Math.abs(by[0])).isLessThanOrEqualTo(2);
        assertThat(Math.abs(by[1])).isLessThanOrEqualTo(3);
        moved |= by[0] != 0 && by[1] != 0;
      }
    }
    assertThat(moved).isTrue();
  }

  /** Rows and columns by which an image was moved, found by trying all. */
  private static int[] shiftOf(int image, Tensor changed) {
    float[] x = IMAGES.toArray();
    float[] y = changed.toArray();
    for (int down = -4; down <= 4; down++) {
      for (int right = -5; right <= 5; right++) {
        boolean same = true;
        for (int i = 0; i < 240; i++) {
          int row = i / 30 - down;
          int column = i / 3 % 10 - right;
          boolean inside = row >= 0 && row < 8 && column >= 0 && column < 10;
          float expected = inside ? x[image * 240 + (row * 10 + column) * 3 + i % 3] : 0;
          same &= y[image * 240 + i] == expected;
        }
        if (same) {
          return new int[] {down, right};
        }
      }
    }
    return null;
  }

  @Test
  void cutoutPutsZerosInARectangleAndNowhereElse() {
    for (int i = 0; i < 20; i++) {
      float[] mask =
          new DiffAugment(false, 0, 0.5)
              .apply(Tensor.ones(IMAGES.shape()), DRAWS.split(i))
              .toArray();
      for (int b = 0; b < 3; b++) {
        int top = 8;
        int left = 10;
        int bottom = -1;
        int right = -1;
        int zeros = 0;
        for (int p = 0; p < 80; p++) {
          if (mask[(b * 80 + p) * 3] == 0) {
            assertThat(mask[(b * 80 + p) * 3 + 2]).isZero();
            top = Math.min(top, p / 10);
            bottom = Math.max(bottom, p / 10);
            left = Math.min(left, p % 10);
            right = Math.max(right, p % 10);
            zeros++;
          }
        }
        assertThat(zeros).isEqualTo((bottom - top + 1) * (right - left + 1)).isPositive();
        assertThat(bottom - top + 1).isLessThanOrEqualTo(4);
        assertThat(right - left + 1).isLessThanOrEqualTo(5);
      }
    }
  }

  @Test
  void gradientsFlowAsDifferencesSay() {
    Tensor weights = Tensor.uniform(IMAGES.shape(), -1, 1, RandomStream.of(5));
    Gradients g =
        Gradients.of(
            java.util.List.of(IMAGES),
            () -> DiffAugment.PUBLISHED.apply(IMAGES, DRAWS).times(weights).sum());
    float[] gradient = g.of(IMAGES).toArray();
    for (int i = 0; i < gradient.length; i += 13) {
      double slope = (value(weights, i, 0.5f) - value(weights, i, -0.5f));
      assertThat((double) gradient[i]).isCloseTo(slope, within(GRADIENT));
    }
  }

  /** The weighted sum in double precision, with one element moved; the map is linear. */
  private static double value(Tensor weights, int moved, float by) {
    float[] x = IMAGES.toArray();
    x[moved] += by;
    float[] y = DiffAugment.PUBLISHED.apply(Tensor.of(IMAGES.shape(), x), DRAWS).toArray();
    float[] w = weights.toArray();
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      sum += (double) y[i] * w[i];
    }
    return sum;
  }

  @Test
  void sharesOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new DiffAugment(true, -0.1, 0))
        .hasMessage("diffAugment: shares of 0 to 1; got -0.1, 0.0");
    assertThat(DiffAugment.NONE.apply(IMAGES, DRAWS)).isSameAs(IMAGES);
  }
}
