package io.nextscale.cli.parity;

import java.nio.charset.StandardCharsets;

/**
 * Tensors that a formula makes from a name and a seed, so that weights of any size need no file.
 *
 * <p>The name is hashed (FNV-1a, 64 bits) and combined with the seed; SplitMix64 started there
 * gives one 64-bit word per element, of which the upper 24 bits u are used. Element i depends on
 * name, seed and i only. Everything is exact or rounded to float32 once per operation, so the same
 * bits come out of any implementation.
 *
 * @param seed of the whole folder
 * @see <a href="https://doi.org/10.1145/2714064.2660195">Steele et al. 2014, SplitMix</a>
 */
record Procedural(long seed) {

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** {@code (u − 2^23) 2^−23 · a + b} for every element: uniform in [b − a, b + a). */
  float[] uniform(String name, int size, float a, float b) {
    float[] values = new float[size];
    long z = start(name);
    for (int i = 0; i < size; i++) {
      z += GOLDEN;
      float unit = (bits24(z) - (1 << 23)) * 0x1p-23f;
      float scaled = unit * a;
      values[i] = scaled + b;
    }
    return values;
  }

  /** {@code (2u + 1) 2^−25} for every element: uniform in (0, 1), both ends left out. */
  float[] open01(String name, int size) {
    float[] values = new float[size];
    long z = start(name);
    for (int i = 0; i < size; i++) {
      z += GOLDEN;
      values[i] = (float) ((2L * bits24(z) + 1) * 0x1p-25);
    }
    return values;
  }

  /** {@code −log u} for every element of {@link #open01}: exponential numbers of mean 1. */
  float[] exponential(String name, int size) {
    float[] values = open01(name, size);
    for (int i = 0; i < size; i++) {
      values[i] = (float) -Math.log(values[i]);
    }
    return values;
  }

  /** {@code −log(−log u)} for every element of {@link #open01}: Gumbel noise. */
  float[] gumbel(String name, int size) {
    float[] values = exponential(name, size);
    for (int i = 0; i < size; i++) {
      values[i] = (float) -Math.log(values[i]);
    }
    return values;
  }

  private long start(String name) {
    long h = 0xcbf29ce484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      h = (h ^ (b & 0xff)) * 0x100000001b3L;
    }
    return h ^ (seed * GOLDEN);
  }

  private static int bits24(long state) {
    long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return (int) ((z ^ (z >>> 31)) >>> 40);
  }
}
