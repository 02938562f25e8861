package io.nextscale.vqvae;

import io.nextscale.tensor.Tensor;

/**
 * Square patches of pixels as positions with more channels, and back: (B,h,w,C) and
 * (B,h/p,w/p,p·p·C), the pixels of a patch row by row, the channels of a pixel side by side.
 *
 * @see <a href="https://arxiv.org/abs/1609.05158">Shi et al. 2016, section 2: the sub-pixel
 *     layer</a>
 */
public final class Patches {
  private Patches() {}

  /** The patches of an image; p = 1: the image. */
  public static Tensor of(Tensor image, int p) {
    if (p == 1) {
      return image;
    }
    int b = image.shape().dim(0);
    int h = image.shape().dim(1) / p;
    int w = image.shape().dim(2) / p;
    int c = image.shape().dim(3);
    return image
        .reshape(b, h, p, w, p, c)
        .permute(0, 1, 3, 2, 4, 5) // (B,h,w,p,p,C)
        .reshape(b, h, w, p * p * c);
  }

  /** The image of patches; p = 1: what is given. */
  public static Tensor toImage(Tensor patches, int p) {
    if (p == 1) {
      return patches;
    }
    int b = patches.shape().dim(0);
    int h = patches.shape().dim(1);
    int w = patches.shape().dim(2);
    int c = patches.shape().dim(3) / (p * p);
    return patches
        .reshape(b, h, w, p, p, c)
        .permute(0, 1, 3, 2, 4, 5) // (B,h,p,w,p,C)
        .reshape(b, h * p, w * p, c);
  }
}
