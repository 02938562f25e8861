package io.nextscale.cli;

import java.security.SecureRandom;

/** Seeds of images: image i of a run has the seed of the run plus i. */
final class Seeds {

  private Seeds() {}

  /**
   * The seed of the first of {@code count} pictures: {@link #orRandom}.
   *
   * @throws UsageException when the last seed would be beyond 64 bits
   */
  static long first(long seed, int count) {
    long first = orRandom(seed);
    if (first > Long.MAX_VALUE - count) {
      throw new UsageException(
          "-s: at most " + (Long.MAX_VALUE - count) + " for this many pictures; got " + seed);
    }
    return first;
  }

  /** The seed itself, or a fresh one below 2^32 when it is negative. */
  static long orRandom(long seed) {
    return seed < 0 ? new SecureRandom().nextLong() >>> 32 : seed;
  }
}
