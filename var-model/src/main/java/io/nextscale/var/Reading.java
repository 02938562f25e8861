package io.nextscale.var;

import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.MultiScaleQuantizer;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.util.ArrayList;
import java.util.List;

/** Which tokens a transformer learns, and what it reads of those before them. */
public interface Reading {

  /** The tokens of images (B,h,w,3) in [-1, 1], in the scales of the transformer. */
  TokenPyramid tokenize(Tensor images);

  /**
   * What the transformer reads to predict the scales after the first, see {@link
   * io.nextscale.vqvae.MultiScaleQuantizer#teacherInput}.
   *
   * @param count how many scales, the first included
   * @return (B, l, Cv), or (B, l, 2Cv) where scales are serial
   */
  Tensor teacherInput(TokenPyramid tokens, int count);

  /** What a transformer should say that has read other tokens than those of an image. */
  TokenPyramid corrections(TokenPyramid tokens, TokenPyramid fed);

  /**
   * Scale by scale: each reads what those before have made of the image, and tokens of serial
   * scales the code of the token before as well.
   */
  static Reading of(VqVae vae, VarConfig config) {
    return new Reading() {
      @Override
      public TokenPyramid tokenize(Tensor images) {
        return vae.tokenize(images);
      }

      @Override
      public Tensor teacherInput(TokenPyramid tokens, int count) {
        Tensor maps = vae.quantizer().teacherInput(tokens, count);
        return config.serial() == 0
            ? maps
            : Tensor.concat(2, maps, previous(vae.quantizer(), tokens, config.serial(), count));
      }

      @Override
      public TokenPyramid corrections(TokenPyramid tokens, TokenPyramid fed) {
        return vae.quantizer().corrections(tokens, fed);
      }
    };
  }

  /**
   * The codes of the tokens before, of all scales after the first: (B,l,Cv). Zeros for the first
   * token of a scale, and for scales that are not serial.
   */
  private static Tensor previous(
      MultiScaleQuantizer quantizer, TokenPyramid tokens, int serial, int count) {
    List<Tensor> parts = new ArrayList<>();
    for (int s = 1; s < count; s++) {
      int length = tokens.scales().tokens(s);
      Tensor codes = quantizer.codebook().forward(tokens.ids().get(s)); // (B,l,Cv)
      parts.add(
          s < serial
              ? codes.pad(1, 1, 0).slice(1, 0, length) // one later
              : Tensor.zeros(codes.shape()));
    }
    return Tensor.concat(1, parts.toArray(Tensor[]::new));
  }
}
