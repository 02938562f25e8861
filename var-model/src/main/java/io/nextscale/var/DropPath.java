package io.nextscale.var;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stochastic depth: in training, each branch of each block is left out for some images, and
 * multiplied by {@code 1/(1 − rate)} for the others. Rates rise linearly from 0 in the first block.
 * The cross-attention to captions, which has no gate, is never left out.
 *
 * <p>A value holds the draws of one step, so that a pass can be repeated.
 *
 * @see <a href="https://arxiv.org/abs/1603.09382">Huang et al. 2016</a>
 */
public final class DropPath {

  /** Leaves out nothing. */
  public static final DropPath NONE = new DropPath(List.of());

  /** The factors of a block's two branches, (B,1,1) each; null for 1. */
  private record Factors(@Nullable Tensor attention, @Nullable Tensor feedForward) {
    Factors rows(int from, int to) {
      return new Factors(
          attention == null ? null : attention.slice(0, from, to),
          feedForward == null ? null : feedForward.slice(0, from, to));
    }
  }

  private final List<Factors> blocks;

  private DropPath(List<Factors> blocks) {
    this.blocks = blocks;
  }

  /** The rate of the last block that the published models are trained with. */
  public static double publishedRate(int depth) {
    return 0.1 * depth / 24;
  }

  /** The rate of a block. */
  public static double rate(double last, int block, int depth) {
    return depth == 1 ? 0 : last * block / (depth - 1);
  }

  /** Draws for one step. */
  public static DropPath draw(double last, int depth, int batch, RandomStream random) {
    List<boolean[]> keep = new ArrayList<>();
    for (int block = 0; block < depth; block++) {
      for (int branch = 0; branch < 2 && rate(last, block, depth) > 0; branch++) {
        boolean[] images = new boolean[batch];
        for (int b = 0; b < batch; b++) {
          images[b] = random.nextDouble() >= rate(last, block, depth);
        }
        keep.add(images);
      }
    }
    return of(last, depth, keep);
  }

  /**
   * Given draws.
   *
   * @param keep for each block whose rate is above 0 the images that keep the attention, then those
   *     that keep the feed-forward
   */
  public static DropPath of(double last, int depth, List<boolean[]> keep) {
    List<Factors> blocks = new ArrayList<>();
    int next = 0;
    for (int block = 0; block < depth; block++) {
      double rate = rate(last, block, depth);
      if (rate == 0) {
        blocks.add(new Factors(null, null));
      } else {
        if (next + 2 > keep.size()) {
          throw new IllegalArgumentException(
              "drop path: two masks for each block with a rate; got " + keep.size());
        }
        blocks.add(new Factors(factors(keep.get(next), rate), factors(keep.get(next + 1), rate)));
        next += 2;
      }
    }
    return new DropPath(blocks);
  }

  private static Tensor factors(boolean[] keep, double rate) {
    float[] factors = new float[keep.length];
    for (int b = 0; b < keep.length; b++) {
      factors[b] = keep[b] ? (float) (1 / (1 - rate)) : 0;
    }
    return Tensor.of(Shape.of(keep.length, 1, 1), factors);
  }

  /** The draws of some images. */
  DropPath rows(int from, int to) {
    return new DropPath(blocks.stream().map(factors -> factors.rows(from, to)).toList());
  }

  /** The modulation of a block with its branches dropped. */
  Modulation apply(int block, Modulation modulation) {
    if (blocks.isEmpty()) {
      return modulation;
    }
    Factors factors = blocks.get(block);
    return modulation.gated(factors.attention(), factors.feedForward());
  }
}
