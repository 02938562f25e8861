package io.nextscale.var;

import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.Scales;
import org.jspecify.annotations.Nullable;

/**
 * What is there after a scale.
 *
 * @param scale the scale that is done, 0 .. S − 1
 * @param scales all scales
 * @param ids its tokens, I32 (B,p²); null where codes are mixed
 * @param soFar the images as they are now, blurred where finer scales are missing
 */
public record Progress(int scale, Scales scales, @Nullable Tensor ids, Generated soFar) {

  /** The images as they are now, (B,h,w,3) in [0, 1]; decoded when asked for. */
  public Tensor images() {
    return soFar.images();
  }
}
