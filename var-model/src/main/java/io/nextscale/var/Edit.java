package io.nextscale.var;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.MultiScaleQuantizer;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a part of an image and generates the rest: at every scale the codes of the tokens that are
 * kept take the place of generated ones.
 *
 * <p>With no class this paints the rest in the style of what is kept; with a class it puts the
 * class there.
 *
 * @param tokens of the image, a batch of 1, or of one image per label
 * @param mask the part that is kept; null where only whole grids are
 * @param grids how many of the first grids are kept as they are
 */
public record Edit(TokenPyramid tokens, @Nullable EditMask mask, int grids) {

  /** Checks that the mask has the size of the finest grid. */
  public Edit {
    if (grids < 0 || grids > tokens.scales().count()) {
      throw new IllegalArgumentException(
          "edit: 0 to " + tokens.scales().count() + " grids that are kept; got " + grids);
    }
    if (mask != null && !mask.size().equals(tokens.scales().last())) {
      throw new IllegalArgumentException(
          "edit: a mask on the finest grid, " + tokens.scales().last() + "; got " + mask.size());
    }
  }

  /** Keeps a part of an image. */
  public Edit(TokenPyramid tokens, EditMask mask) {
    this(tokens, mask, 0);
  }

  /** Keeps the first grids of an image, which say what is where, and generates the finer ones. */
  public static Edit firstGrids(TokenPyramid tokens, int grids) {
    return new Edit(tokens, null, grids);
  }

  /** The same of one image of a batch. */
  Edit image(int index) {
    return tokens.batch() == 1 ? this : new Edit(tokens.image(index), mask, grids);
  }

  /** Which tokens of a scale are kept, (1,p,p,1), 1 or 0. */
  private Tensor keep(int scale) {
    Scales.Size grid = tokens.scales().size(scale);
    if (scale < grids) {
      return Tensor.ones(Shape.of(1, grid.height(), grid.width(), 1));
    }
    return mask == null ? Tensor.zeros(Shape.of(1, grid.height(), grid.width(), 1)) : mask.at(grid);
  }

  /** Codes (B,n,Cv) of some tokens of a scale, with those of kept tokens in their places. */
  Tensor apply(int scale, int from, Tensor codes, MultiScaleQuantizer quantizer) {
    int to = from + codes.shape().dim(1);
    Tensor kept = quantizer.codebook().forward(tokens.ids().get(scale).slice(1, from, to));
    Tensor keep = keep(scale).reshape(1, -1, 1).slice(1, from, to);
    return kept.times(keep).plus(codes.times(keep.negate().plus(1)));
  }

  /** Some tokens of a scale, I32 (B,n), with kept ones in their places. */
  Tensor apply(int scale, int from, Tensor ids) {
    int some = ids.shape().dim(1);
    int[] result = ids.toInts();
    int[] kept = tokens.ids().get(scale).slice(1, from, from + some).toInts();
    float[] keep = keep(scale).toArray();
    for (int i = 0; i < result.length; i++) {
      if (keep[from + i % some] == 1) {
        result[i] = kept[i % kept.length];
      }
    }
    return Tensor.ofInts(ids.shape(), result);
  }
}
