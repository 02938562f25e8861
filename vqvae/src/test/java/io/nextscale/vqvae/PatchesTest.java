package io.nextscale.vqvae;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import org.junit.jupiter.api.Test;

class PatchesTest {

  private static final Tensor IMAGE =
      Tensor.uniform(Shape.of(2, 6, 9, 3), -1, 1, RandomStream.of(5));

  @Test
  void aPatchHoldsItsPixelsRowByRow() {
    float[] image = IMAGE.toArray();
    Tensor patches = Patches.of(IMAGE, 3);
    assertThat(patches.shape()).isEqualTo(Shape.of(2, 2, 3, 27));
    float[] values = patches.toArray();
    for (int i = 0; i < values.length; i++) {
      int c = i % 3;
      int x = i / 3 % 3;
      int y = i / 9 % 3;
      int column = i / 27 % 3;
      int row = i / 81 % 2;
      int b = i / 162;
      int pixel = (b * 6 + row * 3 + y) * 9 + column * 3 + x;
      assertThat(values[i]).isEqualTo(image[pixel * 3 + c]);
    }
  }

  @Test
  void patchesGoBackToTheImage() {
    assertThat(Patches.toImage(Patches.of(IMAGE, 3), 3).toArray()).isEqualTo(IMAGE.toArray());
    assertThat(Patches.of(IMAGE, 1)).isSameAs(IMAGE);
    assertThat(Patches.toImage(IMAGE, 1)).isSameAs(IMAGE);
  }
}
