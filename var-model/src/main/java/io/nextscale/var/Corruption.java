package io.nextscale.var;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import java.util.ArrayList;
import java.util.List;

/**
 * Wrong tokens for a transformer to learn from. All tokens of a scale are drawn at once, each
 * without knowing the others, so that together they may show two things where there should be one,
 * or none. A transformer that has only read tokens of true images does not know what to do with
 * those; one that has read wrong ones sets them right at the next scale.
 *
 * <p>At each scale of an image a share is drawn evenly from 0 to the largest one, and each token is
 * replaced with that probability by the one which another image of the batch has in its place: a
 * likely one there, as are those of a draw that went wrong. The last scale stays as it is, since
 * nothing reads it.
 *
 * <p>Source: Infinity (Han et al. 2024, section 3.3), which flips bits instead.
 *
 * @see io.nextscale.vqvae.MultiScaleQuantizer#corrections
 */
final class Corruption {

  private Corruption() {}

  /**
   * Tokens of which some are wrong.
   *
   * @param most the largest share, 0 to 1
   */
  static TokenPyramid draw(TokenPyramid tokens, double most, RandomStream random) {
    Scales scales = tokens.scales();
    int batch = tokens.batch();
    List<Tensor> corrupted = new ArrayList<>();
    for (int s = 0; s < scales.count() - 1; s++) {
      int length = scales.tokens(s);
      int[] ids = tokens.ids().get(s).toInts();
      int[] fed = ids.clone();
      for (int b = 0; b < batch && batch > 1; b++) {
        double share = most * random.nextFloat();
        for (int i = 0; i < length; i++) {
          if (random.nextFloat() < share) {
            int other = (b + 1 + random.nextInt(batch - 1)) % batch;
            fed[b * length + i] = ids[other * length + i];
          }
        }
      }
      corrupted.add(Tensor.ofInts(Shape.of(batch, length), fed));
    }
    corrupted.add(tokens.ids().getLast());
    return new TokenPyramid(scales, corrupted);
  }
}
