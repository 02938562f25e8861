package io.nextscale.vqvae.training;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@code w₁ mean |d| + w₂ mean d² + w_c mean (d − d̄)² + w₃ mean LPIPS(x̂, x)} for the difference
 * {@code d = x̂ − x} and its mean d̄ over the three channels of a pixel: d − d̄ is the difference
 * in colour, that in brightness left out.
 *
 * @param perceptual LPIPS, or null when it counts nothing
 */
record ReconstructionLoss(TokenizerTraining.Weights weights, @Nullable Lpips perceptual) {

  /** Takes from the channels of a pixel their mean: I − ⅓, (3,3). */
  private static final Tensor COLOUR =
      Tensor.of(
          Shape.of(3, 3),
          2 / 3f,
          -1 / 3f,
          -1 / 3f,
          -1 / 3f,
          2 / 3f,
          -1 / 3f,
          -1 / 3f,
          -1 / 3f,
          2 / 3f);

  ReconstructionLoss {
    if (perceptual == null && weights.perceptual() > 0) {
      throw new IllegalArgumentException(
          "training: an Lpips for a perceptual loss of weight "
              + weights.perceptual()
              + "; got none — load its two files, or set the weight to 0");
    }
  }

  /**
   * The parts, scalars without their weights, and their weighted sum.
   *
   * @param l1 mean |x̂ − x|
   * @param l2 mean (x̂ − x)²
   * @param lpips the mean over images; null when it counts nothing
   */
  record Parts(Tensor l1, Tensor l2, @Nullable Tensor lpips, Tensor sum) {}

  /** The loss of what became of images, both (B,h,w,3). */
  Parts of(Tensor again, Tensor images) {
    Tensor difference = again.minus(images);
    Tensor l1 = difference.abs().mean();
    Tensor l2 = difference.square().mean();
    Tensor sum = l1.times((float) weights.l1()).plus(l2.times((float) weights.l2()));
    if (weights.chroma() > 0) {
      Tensor colour = difference.linear(COLOUR, null); // (B,h,w,3)
      sum = sum.plus(colour.square().mean().times((float) weights.chroma()));
    }
    if (perceptual == null || weights.perceptual() == 0) {
      return new Parts(l1, l2, null, sum);
    }
    Tensor lpips = perceptual.distance(again, images).mean();
    return new Parts(l1, l2, lpips, sum.plus(lpips.times((float) weights.perceptual())));
  }
}
