package io.nextscale.tensor.op;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.SplittableRandom;

/** Operands for samples, the same in every run: each call draws from its own stream. */
final class Values {

  /** Extents around the numbers of lanes. */
  static final int[] EXTENTS = {
    1, 3, 4, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 1023, 1024, 1025
  };

  /** Enough elements for several chunks of work. */
  static final int MANY = 70_001;

  private static final float[] SPECIAL = {
    0f,
    -0f,
    1f,
    -1f,
    0.5f,
    -0.5f,
    1e-8f,
    -1e-8f,
    Float.MIN_NORMAL,
    -1e-30f,
    1e30f,
    -1e30f,
    Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN
  };

  private final SplittableRandom random;

  Values(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Uniform in [−2, 2). */
  Tensor any(int... dims) {
    return between(-2, 2, dims);
  }

  /** Uniform in [low, high). */
  Tensor between(double low, double high, int... dims) {
    float[] values = new float[Shape.of(dims).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (low + (high - low) * random.nextDouble());
    }
    return Tensor.of(Shape.of(dims), values);
  }

  /** Magnitudes in [0.2, 2), either sign: away from a kink at 0. */
  Tensor awayFromZero(int... dims) {
    float[] values = between(0.2, 2, dims).toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= random.nextBoolean() ? 1 : -1;
    }
    return Tensor.of(Shape.of(dims), values);
  }

  /** A shuffled arithmetic sequence of step 0.1 around 0: no two elements are near each other. */
  Tensor distinct(int... dims) {
    float[] values = new float[Shape.of(dims).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.1f * (i - values.length / 2) + 0.03f;
      int j = random.nextInt(i + 1);
      float swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
    return Tensor.of(Shape.of(dims), values);
  }

  /** As {@link #any}, with zeros of both signs, tiny, huge, infinite and NaN elements strewn in. */
  Tensor special(int... dims) {
    float[] values = any(dims).toArray();
    for (int i = 0; i < values.length; i++) {
      if (random.nextInt(3) == 0) {
        values[i] = SPECIAL[random.nextInt(SPECIAL.length)];
      }
    }
    return Tensor.of(Shape.of(dims), values);
  }

  /** As {@link #special} without infinities and NaN, at which derivatives are limits. */
  Tensor specialFinite(int... dims) {
    float[] values = special(dims).toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.isFinite(values[i]) ? values[i] : -1e4f;
    }
    return Tensor.of(Shape.of(dims), values);
  }

  /** Exponential with mean 1. */
  Tensor exponential(int... dims) {
    float[] values = new float[Shape.of(dims).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) -Math.log1p(-random.nextDouble());
    }
    return Tensor.of(Shape.of(dims), values);
  }

  /** Integers in 0 .. bound−1. */
  Tensor indices(int bound, int... dims) {
    int[] values = random.ints(Shape.of(dims).size(), 0, bound).toArray();
    return Tensor.ofInts(Shape.of(dims), values);
  }

  /** Ascending numbers of visible keys, the last query sees all. */
  Tensor visible(int queries, int keys) {
    int[] visible = new int[queries];
    for (int i = 0; i < queries; i++) {
      visible[i] = Math.max(1, (i + 1) * keys / queries);
    }
    return Tensor.ofInts(Shape.of(queries), visible);
  }
}
