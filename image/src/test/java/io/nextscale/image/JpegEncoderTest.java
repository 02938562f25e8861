package io.nextscale.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class JpegEncoderTest {

  private static final int HEIGHT = 20;
  private static final int WIDTH = 33;

  /** Soft slopes of three colours. */
  private static RgbImage picture() {
    byte[] rgb = new byte[HEIGHT * WIDTH * 3];
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % WIDTH;
      int y = i / 3 / WIDTH;
      rgb[i] = (byte) (i % 3 == 0 ? 6 * x : i % 3 == 1 ? 10 * y : 200 - 3 * x - 2 * y);
    }
    return RgbImage.of(rgb, HEIGHT, WIDTH);
  }

  private static double error(RgbImage picture, int quality) throws ImageFormatException {
    RgbImage back = ImageFile.read(JpegEncoder.encode(picture, quality));
    assertThat(back.height()).isEqualTo(HEIGHT);
    assertThat(back.width()).isEqualTo(WIDTH);
    byte[] before = picture.toBytes();
    byte[] after = back.toBytes();
    double sum = 0;
    for (int i = 0; i < before.length; i++) {
      sum += Math.abs((before[i] & 255) - (after[i] & 255));
    }
    return sum / before.length;
  }

  @Test
  void picturesComeBackTheBetterTheHigherTheQuality() throws ImageFormatException {
    RgbImage picture = picture();
    assertThat(error(picture, 95)).isLessThan(error(picture, 50)).isBetween(0.1, 3.0);
    assertThat(error(picture, 50)).isLessThan(error(picture, 3));
    assertThat(JpegEncoder.encode(picture, 3))
        .hasSizeLessThan(JpegEncoder.encode(picture, 95).length);
  }

  @Test
  void otherQualitiesAreRefused() {
    for (int quality : new int[] {0, 101, -1}) {
      assertThatThrownBy(() -> JpegEncoder.encode(picture(), quality))
          .hasMessage("jpeg: a quality of 1 to 100; got " + quality);
    }
  }
}
