package io.nextscale.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Resizing and cropping against the reference code's own results and Pillow 9.4.0. */
class PreprocessTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource({"a,54,48", "b,72,64"})
  void theValidationPipelineEqualsTheReference(String name, int edge, int size) {
    RgbImage image = Fixtures.image("preprocess/" + name + ".png");
    Fixtures.Npy resized = Fixtures.Npy.read("preprocess/" + name + "_resized_u8.npy"); // (h,w,3)
    Fixtures.Npy cropped = Fixtures.Npy.read("preprocess/" + name + "_crop_u8.npy");
    Fixtures.Npy tensor = Fixtures.Npy.read("preprocess/" + name + "_tensor.npy"); // (3,h,w)

    RgbImage shrunk = Resample.shorterEdge(image, edge, Resample.Filter.LANCZOS);
    RgbImage crop = Crop.centre(shrunk, size);

    assertThat(new int[] {shrunk.height(), shrunk.width(), 3}).isEqualTo(resized.shape());
    assertThat(shrunk.toBytes()).isEqualTo(resized.toBytes());
    assertThat(crop.toBytes()).isEqualTo(cropped.toBytes());
    assertThat(crop.toFloats()).isEqualTo(tensor.channelsLast());
  }

  @ParameterizedTest(name = "{0} to {1} x {2}")
  @CsvSource({
    "LANCZOS,31,17", "LANCZOS,75,93", "LANCZOS,200,40", "LANCZOS,7,64", "LANCZOS,1,1",
    "BICUBIC,31,17", "BICUBIC,75,93", "BICUBIC,200,40", "BICUBIC,7,64", "BICUBIC,1,1",
    "BILINEAR,31,17", "BILINEAR,75,93", "BILINEAR,200,40", "BILINEAR,7,64", "BILINEAR,1,1"
  })
  void everyFilterEqualsPillow(Resample.Filter filter, int width, int height) {
    String name = "pillow/resize_b_%s_%dx%d.png";
    RgbImage expected =
        Fixtures.image(
            name.formatted(filter.name().toLowerCase(java.util.Locale.ROOT), width, height));

    RgbImage image = Fixtures.image("preprocess/b.png");

    assertThat(Resample.resize(image, width, height, filter)).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void anImageOfTheRightSizeIsLeftAsItIs(Resample.Filter filter) {
    RgbImage image = Fixtures.random(3, 12, 20);

    assertThat(Resample.resize(image, 20, 12, filter)).isSameAs(image);
    assertThat(Resample.shorterEdge(image, 12, filter)).isSameAs(image);
  }

  @ParameterizedTest
  @EnumSource
  void aPlainSurfaceStaysPlain(Resample.Filter filter) {
    byte[] rgb = new byte[3 * 50 * 31];
    java.util.Arrays.fill(rgb, (byte) 201);
    RgbImage plain = RgbImage.of(rgb, 31, 50);

    for (int size : new int[] {1, 2, 7, 30, 32, 99}) {
      assertThat(Resample.resize(plain, size, 2 * size, filter).toBytes()).containsOnly(201);
    }
  }

  @Test
  void theLongerEdgeLosesItsFraction() {
    assertThat(Resample.shorterEdge(Fixtures.random(1, 97, 61), 54, Resample.Filter.LANCZOS))
        .extracting(RgbImage::width, RgbImage::height)
        .containsExactly(54, 85); // 54 * 97 / 61 = 85.87
  }

  @Test
  void anExtremeRatioIsRefusedWithItsSize() {
    RgbImage thread = Fixtures.random(1, 1, 60_000);

    assertThatThrownBy(() -> Resample.shorterEdge(thread, 256, Resample.Filter.LANCZOS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 15360000 x 256");
    assertThatThrownBy(() -> Resample.resize(thread, 0, 5, Resample.Filter.BICUBIC))
        .hasMessageContaining("resize: at least 1 x 1 pixel; got 0 x 5");
  }

  @ParameterizedTest(name = "{0} to {1} starts at {2}")
  @CsvSource({"5,4,0", "7,4,2", "9,4,2", "11,4,4", "8,4,2", "4,4,0"})
  void theCentreIsRoundedToTheEvenNeighbour(int side, int size, int first) {
    RgbImage image = Fixtures.random(side, side, side);

    assertThat(Crop.centre(image, size)).isEqualTo(Crop.at(image, first, first, size, size));
  }

  @Test
  void aCropTakesTheNamedPixels() {
    RgbImage image = Fixtures.random(7, 6, 9);
    RgbImage crop = Crop.at(image, 4, 1, 5, 3);

    for (int y = 0; y < 3; y++) {
      for (int x = 0; x < 5; x++) {
        assertThat(crop.rgb(x, y)).isEqualTo(image.rgb(4 + x, 1 + y));
      }
    }
  }

  @Test
  void aCropOutsideTheImageIsRefused() {
    RgbImage image = Fixtures.random(7, 6, 9);

    assertThatThrownBy(() -> Crop.at(image, 5, 0, 5, 3))
        .hasMessageContaining("a box inside 9 x 6; got 5 x 3 at (5, 0)");
    assertThatThrownBy(() -> Crop.at(image, 0, -1, 5, 3)).hasMessageContaining("at (0, -1)");
    assertThatThrownBy(() -> Crop.at(image, Integer.MAX_VALUE, 0, 5, 3))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Crop.centre(image, 7)).hasMessageContaining("got 7 x 7");
    assertThatThrownBy(() -> Crop.centre(image, Integer.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theMirrorImageOfTheMirrorImageIsTheImage() {
    RgbImage image = Fixtures.random(7, 6, 9);
    RgbImage mirrored = Crop.flipHorizontally(image);

    assertThat(mirrored.rgb(0, 2)).isEqualTo(image.rgb(8, 2));
    assertThat(mirrored.rgb(3, 5)).isEqualTo(image.rgb(5, 5));
    assertThat(Crop.flipHorizontally(mirrored)).isEqualTo(image);
  }
}
