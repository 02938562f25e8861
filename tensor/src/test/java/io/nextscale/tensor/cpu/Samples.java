package io.nextscale.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.spi.HostBuffer;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Arrays to test kernels with, and comparisons of their results. */
final class Samples {

  /** Lengths around the numbers of lanes. */
  static final int[] LENGTHS = {
    1, 3, 4, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 1023, 1024, 1025
  };

  private static final float[] SPECIAL = {
    0f,
    -0f,
    1f,
    -1f,
    Float.MIN_VALUE,
    -1e-30f,
    1e30f,
    -1e30f,
    Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN
  };

  private Samples() {}

  /** n values, uniform in [-2, 2), the same for the same arguments. */
  static float[] values(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = 4 * (float) random.nextDouble() - 2;
    }
    return x;
  }

  /**
   * As {@link #values}, with zeros of both signs, tiny, huge, infinite and NaN elements strewn in.
   */
  static float[] withSpecialValues(int n, long seed) {
    float[] x = values(n, seed);
    SplittableRandom random = new SplittableRandom(~seed);
    for (int i = 0; i < n; i++) {
      if (random.nextInt(4) == 0) {
        x[i] = SPECIAL[random.nextInt(SPECIAL.length)];
      }
    }
    return x;
  }

  /**
   * A weight of {@code rows} rows and {@code size} elements in the given type, values of order 1.
   */
  static HostBuffer weight(DType type, int rows, int size, long seed) {
    float[] values = values(size, seed);
    return switch (type) {
      case F32 -> new HostBuffer.F32(values);
      case BF16 -> {
        short[] bits = new short[size];
        for (int i = 0; i < size; i++) {
          bits[i] = HostBuffer.BF16.round(values[i]);
        }
        yield new HostBuffer.BF16(bits);
      }
      case F16 -> {
        short[] bits = new short[size];
        for (int i = 0; i < size; i++) {
          bits[i] = Float.floatToFloat16(values[i]);
        }
        yield new HostBuffer.F16(bits);
      }
      case I8 -> {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
          bytes[i] = (byte) Math.round(values[i] * 60);
        }
        float[] scale = values(rows, seed + 1);
        for (int r = 0; r < rows; r++) {
          scale[r] = (2 + scale[r]) / 100;
        }
        yield new HostBuffer.I8(bytes, scale);
      }
      case I32 -> throw new IllegalArgumentException("weights are real");
    };
  }

  static int[] indices(int n, int bound, long seed) {
    return new SplittableRandom(seed).ints(n, 0, bound).toArray();
  }

  /** Equal bits; all NaNs count as one. */
  static void assertSameBits(float[] actual, float[] expected, String what) {
    assertThat(actual.length).as(what).isEqualTo(expected.length);
    for (int i = 0; i < actual.length; i++) {
      if (Float.floatToIntBits(actual[i]) != Float.floatToIntBits(expected[i])) {
        assertThat(actual[i]).as("%s, element %d", what, i).isEqualTo(expected[i]);
        throw new AssertionError(what + ", element " + i + ": zeros of different sign");
      }
    }
  }

  /** |actual - expected| at most {@code absolute + relative |expected|}, element by element. */
  static void assertClose(
      float[] actual, double[] expected, double absolute, double relative, String what) {
    assertThat(actual.length).as(what).isEqualTo(expected.length);
    for (int i = 0; i < actual.length; i++) {
      double tolerance = absolute + relative * Math.abs(expected[i]);
      if (!(Math.abs(actual[i] - expected[i]) <= tolerance)) {
        throw new AssertionError(
            what
                + ", element "
                + i
                + ": expected "
                + expected[i]
                + " ± "
                + tolerance
                + ", got "
                + actual[i]);
      }
    }
  }

  /** The result has the same bits on 1 to 8 threads. */
  static void assertSameBitsForAnyThreadCount(Supplier<float[]> kernel, String what) {
    float[] expected = Parallel.withThreads(1, kernel);
    for (int threads = 2; threads <= 8; threads++) {
      assertSameBits(
          Parallel.withThreads(threads, kernel), expected, what + " on " + threads + " threads");
    }
  }
}
