package io.nextscale.var;

import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;

/** Which tokens a transformer learns, and what it reads of those before them. */
public interface Reading {

  /** The tokens of images (B,h,w,3) in [-1, 1], in the scales of the transformer. */
  TokenPyramid tokenize(Tensor images);

  /**
   * What the transformer reads to predict the scales after the first, see {@link
   * io.nextscale.vqvae.MultiScaleQuantizer#teacherInput}.
   *
   * @param count how many scales, the first included
   * @return (B, l, Cv)
   */
  Tensor teacherInput(TokenPyramid tokens, int count);

  /** What a transformer should say that has read other tokens than those of an image. */
  TokenPyramid corrections(TokenPyramid tokens, TokenPyramid fed);

  /** Scale by scale: each reads what those before have made of the image. */
  static Reading of(VqVae vae) {
    return new Reading() {
      @Override
      public TokenPyramid tokenize(Tensor images) {
        return vae.tokenize(images);
      }

      @Override
      public Tensor teacherInput(TokenPyramid tokens, int count) {
        return vae.quantizer().teacherInput(tokens, count);
      }

      @Override
      public TokenPyramid corrections(TokenPyramid tokens, TokenPyramid fed) {
        return vae.quantizer().corrections(tokens, fed);
      }
    };
  }
}
