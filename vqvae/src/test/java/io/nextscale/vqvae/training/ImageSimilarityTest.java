package io.nextscale.vqvae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.nn.Loading;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageSimilarityTest {

  /** The images are made in single precision on both sides, in another order of operations. */
  private static final double CLOSE = 1e-6;

  private static final Tensor A = Expected.tensor(Shape.of(2, 16, 19, 3), 500, -1, 1);
  private static final Tensor B =
      A.times(0.7f).plus(Expected.tensor(Shape.of(2, 16, 19, 3), 501, -1, 1).times(0.2f));

  @Test
  void bothMeasuresAreThoseOfAnIndependentProgram() throws IOException {
    assertThat(ImageSimilarity.psnr(A, B)).containsExactly(Expected.row("psnr"), within(1e-5));
    assertThat(ImageSimilarity.ssim(A, B)).containsExactly(Expected.row("ssim"), within(CLOSE));
  }

  @Test
  void equalImagesAreAsAlikeAsCanBe() {
    assertThat(ImageSimilarity.psnr(A, A)).containsOnly(Double.POSITIVE_INFINITY);
    assertThat(ImageSimilarity.ssim(A, A)).containsExactly(new double[] {1, 1}, within(1e-12));
  }

  @Test
  void imagesSmallerThanAWindowAreRefused() {
    Tensor small = Tensor.zeros(Shape.of(1, 10, 20, 3));
    assertThatThrownBy(() -> ImageSimilarity.ssim(small, small))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("11 pixels or more");
  }

  @Test
  void theQualityOfATokenizerIsThatOfWhatItGivesBack() throws IOException {
    VqVaeConfig config =
        new VqVaeConfig(32, List.of(1, 2), 1, 24, 8, Scales.of(1, 3, 6), 2, 0.5f, 0.25f, false);
    VqVae vae =
        VqVae.load(VqVae.initial(config, RandomStream.of(3)), config, Loading.forTraining());
    Tensor images = Tensor.uniform(Shape.of(2, 12, 12, 3), -1, 1, RandomStream.of(11));
    Tensor again = vae.reconstruct(vae.tokenize(images));

    TokenizerQuality quality = TokenizerQuality.of(vae, images, null);

    float[] x = images.toArray();
    float[] y = again.toArray();
    double l1 = 0;
    for (int i = 0; i < x.length; i++) {
      l1 += Math.abs(x[i] - (double) y[i]) / x.length;
    }
    assertThat(quality.images()).isEqualTo(2);
    assertThat(quality.l1()).isCloseTo(l1, within(CLOSE));
    double[] ssim = ImageSimilarity.ssim(again, images);
    assertThat(quality.ssim()).isEqualTo((ssim[0] + ssim[1]) / 2);
    assertThat(quality.psnr()).isBetween(0.0, 20.0);
    assertThat(quality.lpips()).isNaN();
    assertThat(quality.perplexities()).hasSize(3);
    assertThat(quality.perplexities().get(0)).isBetween(1.0, 2.0 + CLOSE); // two tokens
    long distinct =
        java.util.Arrays.stream(vae.tokenize(images).sequence().toInts()).distinct().count();
    assertThat(quality.codes()).isEqualTo((int) distinct);
  }
}
