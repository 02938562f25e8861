package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.rowsPerChunk;

import java.util.Arrays;

/**
 * Rows of logits with the unlikely ones set to -∞: first those below the k-th largest, then, from
 * the smallest upwards, those whose probabilities add up to at most 1 - p.
 *
 * <p>Entry point: {@link #topKTopP}.
 *
 * <p>Nothing is sorted that need not be. Floats are mapped to unsigned integers of the same order;
 * their highest 11 bits choose one of 2048 bins. Counts of bins lead to the k-th largest in three
 * steps of 11, 11 and 10 bits; sums of probabilities in the bins lead to the one in which 1 - p is
 * passed, and only this one is sorted.
 */
final class TokenFilter {

  private static final int BITS = 11;

  private static final int BINS = 1 << BITS;

  private final RowKernels kernels;
  private final int n;
  private final int[] order; // integers in the order of the row
  private final int[] member; // positions in the row
  private final int[] count = new int[BINS];
  private final double[] mass = new double[BINS];
  private final float[] exponential;
  private final long[] sorted;

  private TokenFilter(RowKernels kernels, int n) {
    this.kernels = kernels;
    this.n = n;
    this.order = new int[n];
    this.member = new int[n];
    this.exponential = new float[n];
    this.sorted = new long[n];
  }

  /**
   * y = x with -∞ where a logit is removed; y may be x.
   *
   * @param n logits of a row
   * @param k 0: no first step
   * @param p 0: no second step
   */
  static void topKTopP(RowKernels kernels, float[] x, int rows, int n, int k, float p, float[] y) {
    Parallel.forRange(
        rows,
        rowsPerChunk(n),
        (from, to) -> {
          if (x != y) {
            System.arraycopy(x, from * n, y, from * n, (to - from) * n);
          }
          TokenFilter filter = new TokenFilter(kernels, n);
          for (int r = from; r < to; r++) {
            if (k > 0 && k < n) {
              filter.keepLargest(y, r * n, k);
            }
            if (p > 0) {
              filter.keepNucleus(y, r * n, p);
            }
          }
        });
  }

  /** Removes what is below the k-th largest. */
  private void keepLargest(float[] x, int o, int k) {
    float threshold = largest(x, o, k);
    for (int i = o; i < o + n; i++) {
      if (x[i] < threshold) {
        x[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  /** The k-th largest of a row. */
  private float largest(float[] x, int o, int k) {
    for (int i = 0; i < n; i++) {
      order[i] = order(x[o + i]);
    }
    int members = n; // of the row that have the high bits found so far, in order[0 .. members)
    int rank = k; // among them
    for (int shift = Integer.SIZE - BITS; members > 1 && shift > -BITS; shift -= BITS) {
      int low = Math.max(0, shift);
      Arrays.fill(count, 0);
      for (int i = 0; i < members; i++) {
        count[order[i] >>> low & (BINS - 1)]++;
      }
      int bin = BINS - 1;
      while (rank > count[bin]) {
        rank -= count[bin--];
      }
      int kept = 0;
      for (int i = 0; i < members; i++) {
        int value = order[i];
        order[kept] = value; // overwritten by the next unless it counts
        kept += (value >>> low & (BINS - 1)) == bin ? 1 : 0;
      }
      members = kept;
    }
    int found = order[0];
    return Float.intBitsToFloat(found < 0 ? found ^ Integer.MIN_VALUE : ~found);
  }

  /** A number that compares, unsigned, as the float does; a NaN is above all. */
  private static int order(float x) {
    int bits = Float.floatToIntBits(x);
    return bits ^ (bits >> 31 | Integer.MIN_VALUE);
  }

  /** Removes from the smallest upwards while the removed have a share of at most 1 - p. */
  private void keepNucleus(float[] x, int o, float p) {
    kernels.expSum(x, o, exponential, 0, n, kernels.largest(x, o, n));
    int members = 0; // those not removed yet
    for (int i = 0; i < n; i++) {
      member[members] = i; // overwritten by the next unless it counts
      members += x[o + i] == Float.NEGATIVE_INFINITY ? 0 : 1;
    }
    if (members == 0) {
      return;
    }
    Arrays.fill(mass, 0);
    double total = 0;
    int last = member[0]; // of the largest: it stays
    for (int m = 0; m < members; m++) {
      int i = member[m];
      order[i] = order(x[o + i] + 0f); // + 0f: zeros of both signs are equal
      mass[order[i] >>> (Integer.SIZE - BITS)] += exponential[i];
      total += exponential[i];
      if (Integer.compareUnsigned(order[i], order[last]) >= 0) {
        last = i;
      }
    }
    double limit = (1.0 - p) * total;
    int bin = 0;
    double below = 0;
    while (bin < BINS && below + mass[bin] <= limit) {
      below += mass[bin++];
    }
    int inBin = 0;
    for (int m = 0; m < members; m++) {
      int i = member[m];
      int own = order[i] >>> (Integer.SIZE - BITS);
      if (own < bin && i != last) {
        x[o + i] = Float.NEGATIVE_INFINITY;
      } else if (own == bin) {
        // Of equal logits the first comes first.
        sorted[inBin++] = (long) (order[i] ^ Integer.MIN_VALUE) << 32 | i;
      }
    }
    Arrays.sort(sorted, 0, inBin);
    for (int m = 0; m < inBin; m++) {
      int i = (int) sorted[m];
      below += exponential[i];
      if (below <= limit && i != last) {
        x[o + i] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
