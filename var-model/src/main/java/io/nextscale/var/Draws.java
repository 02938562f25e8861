package io.nextscale.var;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.List;

/** The random numbers of a generation. */
public interface Draws {

  /**
   * Exponential numbers of mean 1, greater than 0, from which tokens are drawn.
   *
   * @param shape (B,l,V)
   */
  Tensor exponentials(int scale, Shape shape);

  /**
   * Gumbel numbers, {@code −log(e)} for exponential e, with which codes are mixed.
   *
   * @param shape (B,l,V)
   */
  Tensor gumbel(int scale, Shape shape);

  /** A stream for each image from its own seed, so that an image does not depend on its batch. */
  static Draws seeded(List<Long> seeds) {
    return new Draws() {
      @Override
      public Tensor exponentials(int scale, Shape shape) {
        float[] values = new float[shape.size()];
        int each = values.length / seeds.size();
        for (int i = 0; i < seeds.size(); i++) {
          RandomStream random = RandomStream.of(seeds.get(i)).split("tokens").split(scale);
          for (int j = i * each; j < (i + 1) * each; j++) {
            values[j] = Math.max((float) random.nextExponential(), Float.MIN_NORMAL);
          }
        }
        return Tensor.of(shape, values);
      }

      @Override
      public Tensor gumbel(int scale, Shape shape) {
        return exponentials(scale, shape).log().negate();
      }
    };
  }
}
