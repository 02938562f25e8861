package io.nextscale.var;

import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import org.jspecify.annotations.Nullable;

/**
 * A generated batch, not yet decoded.
 *
 * @param fHat the sum of codes, (B,H,W,Cv)
 * @param tokens the tokens; null where codes were mixed
 * @param vae the tokenizer that decodes
 */
public record Generated(Tensor fHat, @Nullable TokenPyramid tokens, VqVae vae) {

  /** The number of images, B. */
  public int count() {
    return fHat.shape().dim(0);
  }

  /** One image, (1,h,w,3) in [0, 1]; decoded when asked for. */
  public Tensor image(int index) {
    return picture(fHat.slice(0, index, index + 1));
  }

  /** All images, (B,h,w,3) in [0, 1]. */
  public Tensor images() {
    return picture(fHat);
  }

  private Tensor picture(Tensor map) {
    return vae.decode(map).plus(1).times(0.5f);
  }
}
