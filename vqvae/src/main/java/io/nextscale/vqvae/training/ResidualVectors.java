package io.nextscale.vqvae.training;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.MultiScaleQuantizer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is left of maps at each scale, vector by vector: what a code will be asked to stand for, and
 * so where new codes come from.
 */
final class ResidualVectors {

  /** The vectors of one scale, one after another; the first {@code left} are still to be drawn. */
  private static final class Pool {
    final float[] vectors;
    int left;

    Pool(float[] vectors, int width) {
      this.vectors = vectors;
      this.left = vectors.length / width;
    }
  }

  private final List<Pool> pools = new ArrayList<>();
  private final int width;

  /**
   * The vectors that the quantizer looks codes up for.
   *
   * @param f maps (B,H,W,Cv)
   */
  ResidualVectors(MultiScaleQuantizer quantizer, Tensor f) {
    width = f.shape().dim(3);
    for (MultiScaleQuantizer.Step step : quantizer.steps(f, quantizer.scales())) {
      pools.add(new Pool(step.rest().toArray(), width));
    }
  }

  /**
   * Draws a vector (Cv) without putting it back, from a random scale that has some left; null when
   * all are drawn.
   */
  float @Nullable [] draw(RandomStream random) {
    if (pools.isEmpty()) {
      return null;
    }
    Pool pool = pools.get(random.nextInt(pools.size()));
    int at = random.nextInt(pool.left) * width;
    int last = --pool.left * width;
    float[] vector = new float[width];
    for (int c = 0; c < width; c++) { // the last one takes the place of the one drawn
      vector[c] = pool.vectors[at + c];
      pool.vectors[at + c] = pool.vectors[last + c];
    }
    if (pool.left == 0) {
      pools.remove(pool);
    }
    return vector;
  }
}
