package io.nextscale.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.image.Crop;
import io.nextscale.image.Resample;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.RandomStream;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The reference's way from a picture to a model; its parts are compared with Pillow elsewhere. */
class PreprocessTest {

  private static final RandomStream RANDOM = RandomStream.of(9);

  @Test
  void evaluationTakesTheMiddleOfTheEnlargedPicture() {
    RgbImage image = Fixtures.image(1, 61, 40);
    RgbImage resized = Resample.shorterEdge(image, 36, Resample.Filter.LANCZOS);

    assertThat(Preprocess.evaluation(32).apply(image, RANDOM)).isEqualTo(Crop.centre(resized, 32));
  }

  @Test
  void theEnlargementIsRoundedToTheEvenNeighbour() {
    assertThat(Preprocess.evaluation(256)).hasToString("256 pixels of 288, centre crop");
    assertThat(Preprocess.evaluation(20)).hasToString("20 pixels of 22, centre crop"); // 22.5
    assertThat(Preprocess.training(28).withFlip())
        .hasToString("28 pixels of 32, random crop, flip"); // 31.5
  }

  @Test
  void trainingTakesEveryPlaceAndBothReflections() {
    RgbImage image = Fixtures.image(2, 9, 9);
    Preprocess training = Preprocess.training(8).withFlip();
    Set<RgbImage> expected = new HashSet<>();
    for (RgbImage turned : new RgbImage[] {image, Crop.flipHorizontally(image)}) {
      for (int top = 0; top < 2; top++) {
        for (int left = 0; left < 2; left++) {
          expected.add(Crop.at(turned, left, top, 8, 8));
        }
      }
    }
    Set<RgbImage> seen = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      seen.add(training.apply(image, RANDOM.split(i)));
    }
    assertThat(seen).isEqualTo(expected);
    assertThat(training.apply(image, RANDOM.split(5)))
        .isEqualTo(training.apply(image, RANDOM.split(5)));
  }

  @Test
  void picturesOfTheSizeStayAsTheyAre() {
    RgbImage image = Fixtures.image(3, 32, 32);
    assertThat(Preprocess.exact(32).apply(image, RANDOM)).isEqualTo(image);
    assertThat(Preprocess.exact(32).deterministic()).isTrue();
    assertThat(Preprocess.exact(32).withFlip().deterministic()).isFalse();
  }

  @Test
  void sizesOutOfRangeAreRefused() {
    assertThatThrownBy(() -> Preprocess.exact(0)).hasMessageContaining("got 0 and 1.0");
    assertThatThrownBy(() -> new Preprocess(8, Double.NaN, false, false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Preprocess(8, 0.9, false, false))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
