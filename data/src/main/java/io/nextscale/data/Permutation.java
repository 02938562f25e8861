package io.nextscale.data;

import io.nextscale.tensor.RandomStream;

/**
 * A random order of 0 .. n − 1 that takes no memory per item: a Feistel cipher on the smallest even
 * number of bits that holds n, applied again while the result is not below n (cycle walking, fewer
 * than four times on average).
 *
 * <p>One round maps the halves (l, r) to (r, l ⊕ f(r)), which can be undone whatever f is; so the
 * whole is a permutation of all numbers of those bits, and walking its cycles gives one of 0 .. n −
 * 1.
 *
 * <p>Source: J. Black and P. Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002, section
 * 3.
 */
final class Permutation {

  /** Four suffice in theory for large halves; those of small sets have few bits to mix with. */
  private static final int ROUNDS = 12;

  private final long size;
  private final int halfBits;
  private final long[] keys = new long[ROUNDS];

  /** The order that a stream decides on. */
  Permutation(long size, RandomStream random) {
    this.size = size;
    int bits = Long.SIZE - Long.numberOfLeadingZeros(size - 1);
    this.halfBits = Math.max(1, (bits + 1) / 2);
    for (int round = 0; round < ROUNDS; round++) {
      keys[round] = random.nextLong();
    }
  }

  /** The item at a place, 0 .. n − 1. */
  long at(long place) {
    long mask = (1L << halfBits) - 1;
    long x = place;
    do {
      long left = x >>> halfBits;
      long right = x & mask;
      for (long key : keys) {
        long next = left ^ (mixed(right + key) & mask);
        left = right;
        right = next;
      }
      x = left << halfBits | right;
    } while (x >= size);
    return x;
  }

  /** The finaliser of SplitMix64. */
  private static long mixed(long x) {
    long z = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
