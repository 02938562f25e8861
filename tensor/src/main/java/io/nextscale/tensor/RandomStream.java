package io.nextscale.tensor;

import java.nio.charset.StandardCharsets;
import org.apache.commons.rng.RestorableUniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * A stream of random numbers for one purpose, derived from a seed and a name.
 *
 * <p>{@code RandomStream.of(42).split("sampling").split(3)} is the same stream on every machine,
 * for any number of threads and on every backend, and independent of every other name. The
 * generator is the counter-based Philox 4x32 (Salmon et al. 2011, "Parallel random numbers: as easy
 * as 1, 2, 3"), from Apache Commons RNG. Splitting looks at seed and names only, never at how much
 * has been drawn.
 */
public final class RandomStream {

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final long key;
  private final RestorableUniformRandomProvider generator;

  private RandomStream(long key) {
    this.key = key;
    long high = mix(key ^ GOLDEN);
    this.generator =
        RandomSource.PHILOX_4X32.create(
            new int[] {(int) key, (int) (key >>> 32), (int) high, (int) (high >>> 32), 0, 0});
  }

  /** The root stream of a seed. */
  public static RandomStream of(long seed) {
    return new RandomStream(mix(seed + GOLDEN));
  }

  /** The stream of a purpose, for example {@code "dropout"}. */
  public RandomStream split(String purpose) {
    long h = 0xcbf29ce484222325L; // FNV-1a over the UTF-8 bytes
    for (byte b : purpose.getBytes(StandardCharsets.UTF_8)) {
      h = (h ^ (b & 0xff)) * 0x100000001b3L;
    }
    return new RandomStream(mix(key ^ mix(h)));
  }

  /** The stream of an index, for example the number of an image in a batch. */
  public RandomStream split(long index) {
    return new RandomStream(mix(key + GOLDEN * (index + 1)));
  }

  /** Uniform in [0, 1). */
  public float nextFloat() {
    return generator.nextFloat();
  }

  /** Uniform in [0, 1). */
  public double nextDouble() {
    return generator.nextDouble();
  }

  /** Standard normal. */
  public double nextGaussian() {
    return ZigguratSampler.NormalizedGaussian.of(generator).sample();
  }

  /** Exponential with mean 1, greater than 0. */
  public double nextExponential() {
    double u = ((generator.nextLong() >>> 12) + 0.5) * 0x1p-52; // exact, within (0, 1)
    return -StrictMath.log1p(-u);
  }

  /** Uniform in 0 .. bound − 1. */
  public int nextInt(int bound) {
    return generator.nextInt(bound);
  }

  /** 64 random bits. */
  public long nextLong() {
    return generator.nextLong();
  }

  /** SplitMix64's finaliser: every bit of the result depends on every bit of x. */
  private static long mix(long x) {
    long z = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
