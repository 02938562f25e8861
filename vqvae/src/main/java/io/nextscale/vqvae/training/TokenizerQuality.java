package io.nextscale.vqvae.training;

import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.vqvae.CodeUsage;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How well a tokenizer gives images back, without training: means over images. Made images are
 * clamped to [-1, 1] first.
 *
 * @param images how many images
 * @param l1 mean |x̂ − x|
 * @param l2 mean (x̂ − x)²
 * @param psnr in decibels, see {@link ImageSimilarity#psnr}
 * @param ssim see {@link ImageSimilarity#ssim}; NaN for images of fewer than 11 rows or columns
 * @param lpips see {@link Lpips}; NaN where none is given
 * @param quantization the quantizer's loss
 * @param codes how many codes these images use, over all scales
 * @param perplexities of the codes of each scale, see {@link CodeUsage#perplexity}
 */
public record TokenizerQuality(
    int images,
    double l1,
    double l2,
    double psnr,
    double ssim,
    double lpips,
    double quantization,
    int codes,
    List<Double> perplexities) {

  private static final int SMALLEST_FOR_SSIM = 11;

  /**
   * Measures on a batch.
   *
   * @param images (B,h,w,3) in [-1, 1]
   * @param perceptual or null not to measure it
   */
  public static TokenizerQuality of(VqVae vae, Tensor images, @Nullable Lpips perceptual) {
    Tensor f = vae.encode(images);
    TokenPyramid tokens = vae.quantizer().tokenize(f);
    Tensor again = vae.reconstruct(tokens);
    Tensor difference = again.minus(images);
    boolean large =
        images.shape().dim(1) >= SMALLEST_FOR_SSIM && images.shape().dim(2) >= SMALLEST_FOR_SSIM;
    Scales scales = tokens.scales();
    List<Double> perplexities = new ArrayList<>();
    float[] all = new float[vae.config().vocabulary()];
    for (int s = 0; s < scales.count(); s++) {
      float[] counts = new float[all.length];
      for (int id : tokens.ids().get(s).toInts()) {
        counts[id]++;
        all[id]++;
      }
      perplexities.add(CodeUsage.perplexity(counts));
    }
    int codes = 0;
    for (float count : all) {
      codes += count > 0 ? 1 : 0;
    }
    return new TokenizerQuality(
        images.shape().dim(0),
        difference.abs().mean().item(),
        difference.square().mean().item(),
        mean(ImageSimilarity.psnr(again, images)),
        large ? mean(ImageSimilarity.ssim(again, images)) : Double.NaN,
        perceptual == null ? Double.NaN : mean(perceptual, again, images),
        vae.quantizer().quantize(f).loss().item(),
        codes,
        List.copyOf(perplexities));
  }

  private static double mean(Lpips perceptual, Tensor again, Tensor images) {
    return Workspace.scope(() -> perceptual.distance(again, images).mean()).item();
  }

  private static double mean(double... values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }
}
