package io.nextscale.verifiers.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.image.Resample;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.Golden;
import org.junit.jupiter.api.Test;

class PixelsTest {

  /** A subtraction and a division of numbers up to 3: two roundings. */
  private static final double ROUNDINGS = 5e-7;

  /** The bytes of a procedural picture, over 255. */
  private static Tensor picture(String name, int h, int w) {
    float[] values = Golden.procedural(name, Shape.of(h * w * 3), 128, 128).toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = (int) values[i] / 255f;
    }
    return Tensor.of(Shape.of(1, h, w, 3), values);
  }

  @Test
  void picturesAreResizedAsPillowDoesIt() {
    Golden.assertNear(
        new Pixels(16).of(picture("wide", 30, 41)).reshape(16, 16, 3),
        Golden.tensor("pixels.npz", "wide"),
        ROUNDINGS);
    Golden.assertNear(
        new Pixels(16).of(picture("tall", 37, 20)).reshape(16, 16, 3),
        Golden.tensor("pixels.npz", "tall"),
        ROUNDINGS);
  }

  @Test
  void picturesOfABatchDoNotTouchEachOther() {
    Tensor one = picture("one", 20, 24);
    Tensor two = picture("two", 20, 24);
    Tensor both = new Pixels(16).of(Tensor.concat(0, one, two));
    assertThat(both.slice(0, 1, 2).toArray()).isEqualTo(new Pixels(16).of(two).toArray());
  }

  @Test
  void picturesOfTheSizeAreOnlyNormalised() {
    Tensor grey = Tensor.full(Shape.of(1, 2, 2, 3), 0.48145466f);
    float[] values = new Pixels(2).of(grey).toArray();
    assertThat(values[0]).isZero();
    assertThat(values[1]).isEqualTo((0.48145466f - 0.4578275f) / 0.26130258f);
  }

  @Test
  void theMiddleIsCutOutOfWhatIsLargeEnough() {
    Tensor wide = picture("wide", 30, 41);
    Pixels pixels = new Pixels(30, 16, Resample.Filter.BILINEAR, Pixels.Normalisation.IMAGENET);
    float[] found = pixels.of(wide).toArray();
    float[] all = wide.toArray();
    for (int i = 0; i < found.length; i++) {
      int row = 7 + i / 48;
      int column = 12 + i / 3 % 16; // half of 25, to even
      float value = all[(row * 41 + column) * 3 + i % 3];
      float[] mean = {0.485f, 0.456f, 0.406f};
      float[] deviation = {0.229f, 0.224f, 0.225f};
      assertThat(found[i]).isEqualTo((value - mean[i % 3]) / deviation[i % 3]);
    }
    Tensor large = Tensor.full(Shape.of(1, 60, 50, 3), 128 / 255f);
    assertThat(pixels.of(large).toArray())
        .isEqualTo(pixels.of(Tensor.full(Shape.of(1, 30, 30, 3), 128 / 255f)).toArray());
  }

  @Test
  void otherTensorsAreRefused() {
    assertThatThrownBy(() -> new Pixels(16).of(Tensor.zeros(Shape.of(16, 16, 3))))
        .isInstanceOf(ShapeException.class)
        .hasMessage("pixels: pictures (B, h, w, 3); got (16, 16, 3)");
    assertThatThrownBy(() -> new Pixels(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new Pixels(15, 16, Resample.Filter.BILINEAR, Pixels.Normalisation.IMAGENET))
        .hasMessageContaining("got side 16, edge 15");
  }
}
