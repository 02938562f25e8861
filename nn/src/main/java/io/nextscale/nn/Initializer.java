package io.nextscale.nn;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;

/** The rule that gives each parameter of a model its first value. */
@FunctionalInterface
public interface Initializer {

  /**
   * The first value of a parameter, of its shape.
   *
   * @param random a stream of its own for each name
   */
  Tensor initial(Member member, RandomStream random);

  /**
   * Normal values, drawn again while they lie outside {@code ±limit}.
   *
   * @param limit absolute, not in units of std
   */
  static Tensor truncatedNormal(Shape shape, double std, double limit, RandomStream random) {
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      double x;
      do {
        x = std * random.nextGaussian();
      } while (Math.abs(x) > limit);
      values[i] = (float) x;
    }
    return Tensor.of(shape, values);
  }

  /**
   * Uniform values in {@code ±1/√fanIn}: what PyTorch gives to linear layers and convolutions and
   * their biases.
   */
  static Tensor uniformByFanIn(Shape shape, int fanIn, RandomStream random) {
    float bound = (float) (1 / Math.sqrt(fanIn));
    return Tensor.uniform(shape, -bound, bound, random);
  }
}
