package io.nextscale.var;

import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.MultiScaleQuantizer;
import io.nextscale.vqvae.TokenPyramid;

/**
 * Keeps a part of an image and generates the rest: at every scale the codes of the tokens that are
 * kept take the place of generated ones.
 *
 * <p>With no class this paints the rest in the style of what is kept; with a class it puts the
 * class there.
 *
 * @param tokens of the image, a batch of 1, or of one image per label
 * @param mask the part that is kept
 */
public record Edit(TokenPyramid tokens, EditMask mask) {

  /** Checks that the mask has the size of the finest grid. */
  public Edit {
    if (!mask.size().equals(tokens.scales().last())) {
      throw new IllegalArgumentException(
          "edit: a mask on the finest grid, " + tokens.scales().last() + "; got " + mask.size());
    }
  }

  /** Codes (B,n,Cv) of some tokens of a scale, with those of kept tokens in their places. */
  Tensor apply(int scale, int from, Tensor codes, MultiScaleQuantizer quantizer) {
    int to = from + codes.shape().dim(1);
    Tensor kept = quantizer.codebook().forward(tokens.ids().get(scale).slice(1, from, to));
    Tensor keep = mask.at(tokens.scales().size(scale)).reshape(1, -1, 1).slice(1, from, to);
    return kept.times(keep).plus(codes.times(keep.negate().plus(1)));
  }

  /** Some tokens of a scale, I32 (B,n), with kept ones in their places. */
  Tensor apply(int scale, int from, Tensor ids) {
    int some = ids.shape().dim(1);
    int[] result = ids.toInts();
    int[] kept = tokens.ids().get(scale).slice(1, from, from + some).toInts();
    float[] keep = mask.at(tokens.scales().size(scale)).toArray();
    for (int i = 0; i < result.length; i++) {
      if (keep[from + i % some] == 1) {
        result[i] = kept[i % kept.length];
      }
    }
    return Tensor.ofInts(ids.shape(), result);
  }
}
