package io.nextscale.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RgbImageTest {

  @Test
  void floatsOfTheReferenceDemoGiveItsBytes() {
    Fixtures.Npy in = Fixtures.Npy.read("preprocess/post_in.npy"); // (3,6,5)
    Fixtures.Npy out = Fixtures.Npy.read("preprocess/post_u8_demo.npy"); // (6,5,3)

    RgbImage image = RgbImage.fromFloats(in.channelsLast(), 6, 5);

    assertThat(image.toBytes()).isEqualTo(out.toBytes());
  }

  @Test
  void floatsOutsideTheRangeAreClampedAndNotANumberIsBlack() {
    float[] values = {-1, 1, 0, -1.5f, 1.5f, Float.NaN, Float.NEGATIVE_INFINITY, 1e30f, -0f};

    RgbImage image = RgbImage.fromFloats(values, 1, 3);

    assertThat(image.toBytes()).isEqualTo(unsigned(0, 255, 127, 0, 255, 0, 0, 255, 127));
  }

  @Test
  void bytesBecomeFloatsFromMinusOneToOne() {
    float[] floats = RgbImage.of(unsigned(0, 255, 51), 1, 1).toFloats();

    assertThat(floats).containsExactly(-1f, 1f, 51 / 255f + 51 / 255f - 1f);
  }

  @Test
  void anOffsetSelectsOneImageOfABatch() {
    float[] batch = new float[2 * 2 * 3 * 3];
    batch[2 * 3 * 3] = 1;

    assertThat(RgbImage.fromFloats(batch, 18, 2, 3).rgb(0, 0)).isEqualTo(0xff7f7f);
    assertThat(RgbImage.fromFloats(batch, 0, 2, 3).rgb(0, 0)).isEqualTo(0x7f7f7f);
    assertThatThrownBy(() -> RgbImage.fromFloats(batch, 19, 2, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("18 values from offset 19; got an array of 36");
  }

  @Test
  void anImageDoesNotChangeWithTheArraysAroundIt() {
    byte[] rgb = {1, 2, 3};
    RgbImage image = RgbImage.of(rgb, 1, 1);
    rgb[0] = 9;
    image.toBytes()[1] = 9;

    assertThat(image.rgb(0, 0)).isEqualTo(0x010203);
    assertThat(image).isEqualTo(RgbImage.of(new byte[] {1, 2, 3}, 1, 1));
    assertThat(image).isNotEqualTo(RgbImage.of(rgb, 1, 1));
    assertThat(image).hasToString("RgbImage 1 x 1");
  }

  @Test
  void extentsOutOfRangeAreRefusedBeforeMemoryIsTaken() {
    assertThatThrownBy(() -> RgbImage.of(new byte[0], 0, 5))
        .hasMessage("image: at least 1 x 1 pixel; got 5 x 0 — give positive extents");
    assertThatThrownBy(() -> RgbImage.fromFloats(new float[3], 1, 70_000))
        .hasMessageContaining("sides of at most 65535 pixels; got 70000 x 1");
    assertThatThrownBy(() -> RgbImage.fromFloats(new float[3], 65_000, 65_000))
        .hasMessageContaining("at most 100 megapixels; got 65000 x 65000");
    assertThatThrownBy(() -> RgbImage.of(new byte[5], 1, 2))
        .hasMessageContaining("6 values for (1, 2, 3); got 5");
  }

  @Test
  void aPixelOutsideIsRefused() {
    RgbImage image = Fixtures.random(1, 2, 3);

    assertThatThrownBy(() -> image.rgb(3, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> image.rgb(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  static byte[] unsigned(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
