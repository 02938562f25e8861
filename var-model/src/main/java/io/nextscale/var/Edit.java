package io.nextscale.var;

import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.MultiScaleQuantizer;
import io.nextscale.vqvae.Scales;
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

  /** Codes (B,p,p,Cv) with those of kept tokens in their places. */
  Tensor apply(int scale, Tensor codes, MultiScaleQuantizer quantizer) {
    Scales.Size grid = tokens.scales().size(scale);
    Tensor kept = quantizer.codes(tokens.ids().get(scale), grid);
    Tensor keep = mask.at(grid);
    return kept.times(keep).plus(codes.times(keep.negate().plus(1)));
  }

  /** Tokens I32 (B,l) with kept ones in their places. */
  Tensor apply(int scale, Tensor ids) {
    int[] result = ids.toInts();
    int[] kept = tokens.ids().get(scale).toInts();
    float[] keep = mask.at(tokens.scales().size(scale)).toArray();
    for (int i = 0; i < result.length; i++) {
      if (keep[i % keep.length] == 1) {
        result[i] = kept[i % kept.length];
      }
    }
    return Tensor.ofInts(ids.shape(), result);
  }
}
