package io.nextscale.vqvae.training;

import io.nextscale.tensor.Tensor;

/** {@code w₁ mean |x̂ − x| + w₂ mean (x̂ − x)²}. */
record ReconstructionLoss(TokenizerTraining.Weights weights) {

  /**
   * The parts, scalars without their weights, and their weighted sum.
   *
   * @param l1 mean |x̂ − x|
   * @param l2 mean (x̂ − x)²
   */
  record Parts(Tensor l1, Tensor l2, Tensor sum) {}

  /** The loss of what became of images, both (B,h,w,3). */
  Parts of(Tensor again, Tensor images) {
    Tensor difference = again.minus(images);
    Tensor l1 = difference.abs().mean();
    Tensor l2 = difference.square().mean();
    Tensor sum = l1.times((float) weights.l1()).plus(l2.times((float) weights.l2()));
    return new Parts(l1, l2, sum);
  }
}
