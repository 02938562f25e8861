package io.nextscale.vqvae.training;

import io.nextscale.nn.AdamW;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.MultiScaleQuantizer;
import io.nextscale.vqvae.TokenPyramid;
import java.util.Arrays;

/**
 * Codes that nobody takes. A code that is far from every vector gets no gradient and stays where it
 * is; after a while it starts again where vectors are: at what is left of some map at some scale.
 *
 * @see <a href="https://arxiv.org/abs/2005.00341">Dhariwal et al. 2020, Jukebox, section 3: random
 *     restarts</a>
 */
final class DeadCodes {

  /** How often each code was taken since the last restart. */
  private final int[] taken;

  DeadCodes(int codes) {
    taken = new int[codes];
  }

  /** Counts the tokens of a batch. */
  void count(TokenPyramid tokens) {
    for (Tensor ids : tokens.ids()) {
      for (int id : ids.toInts()) {
        taken[id]++;
      }
    }
  }

  /** The counts, I32 (V). */
  Tensor state() {
    return Tensor.ofInts(Shape.of(taken.length), taken.clone());
  }

  /**
   * Goes on from counts, I32 (V).
   *
   * @throws ShapeException when these are of another number of codes
   */
  void restore(Tensor state) {
    Shape codes = Shape.of(taken.length);
    if (!state.shape().equals(codes)) {
      throw new ShapeException("deadCodes", "a count for each code", codes, state.shape());
    }
    System.arraycopy(state.toInts(), 0, taken, 0, taken.length);
  }

  /**
   * Starts every code again that was not taken, at random residual vectors, each used once, as long
   * as there are some; the optimiser forgets what it knew about these codes. The counts start anew.
   *
   * @param f maps (B,H,W,Cv) of the present encoder
   * @return how many codes started again
   */
  int restart(MultiScaleQuantizer quantizer, AdamW optimizer, Tensor f, RandomStream random) {
    ResidualVectors vectors = new ResidualVectors(quantizer, f);
    Parameter codebook = quantizer.codebook().weight();
    int width = codebook.shape().dim(1);
    float[] codes = codebook.peek().toArray();
    AdamW.Moments moments = optimizer.moments(codebook);
    float[] m = moments == null ? new float[codes.length] : moments.m().toArray();
    float[] v = moments == null ? new float[codes.length] : moments.v().toArray();
    int restarted = 0;
    for (int code = 0; code < taken.length; code++) {
      float[] vector = taken[code] > 0 ? null : vectors.draw(random);
      if (vector != null) {
        int from = code * width;
        System.arraycopy(vector, 0, codes, from, width);
        Arrays.fill(m, from, from + width, 0);
        Arrays.fill(v, from, from + width, 0);
        restarted++;
      }
    }
    Shape shape = codebook.shape();
    codebook.set(Tensor.of(shape, codes));
    if (moments != null) {
      optimizer.restore(
          codebook, new AdamW.Moments(moments.steps(), Tensor.of(shape, m), Tensor.of(shape, v)));
    }
    Arrays.fill(taken, 0);
    return restarted;
  }
}
