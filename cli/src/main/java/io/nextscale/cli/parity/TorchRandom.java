package io.nextscale.cli.parity;

/**
 * The streams of {@code torch.Generator("cpu")}: the Mersenne Twister MT19937 and what PyTorch
 * makes of its 32-bit words. Recorded draws of PyTorch can be repeated with it, and nothing else;
 * the library itself draws from {@link io.nextscale.tensor.RandomStream}.
 *
 * <p>The streams are those of PyTorch 1.13 on CPUs without MKL. Builds with MKL draw exponential
 * and Bernoulli numbers from another generator.
 *
 * <p>Source: pytorch/pytorch aten/src/ATen/core/MT19937RNGEngine.h, DistributionsHelper.h,
 * TransformationHelper.h and native/cpu/DistributionTemplates.h @v1.13.1; Matsumoto and Nishimura
 * 1998, "Mersenne twister".
 */
final class TorchRandom {

  private static final int WORDS = 624;
  private static final int SHIFT = 397;

  /** How many numbers {@code randn} makes at a time once a tensor has that many. */
  private static final int BLOCK = 16;

  private final int[] state = new int[WORDS];
  private int next = WORDS;

  /** A freshly seeded generator; PyTorch uses the lower 32 bits of the seed. */
  TorchRandom(long seed) {
    state[0] = (int) seed;
    for (int i = 1; i < WORDS; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  /** The next 32-bit word. */
  int word() {
    if (next == WORDS) {
      twist();
      next = 0;
    }
    int y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }

  private void twist() {
    for (int i = 0; i < WORDS; i++) {
      int joined = (state[i] & 0x80000000) | (state[(i + 1) % WORDS] & 0x7fffffff);
      int twisted = (joined >>> 1) ^ ((joined & 1) == 0 ? 0 : 0x9908b0df);
      state[i] = state[(i + SHIFT) % WORDS] ^ twisted;
    }
  }

  /** Two words, the first one above the second. */
  long word64() {
    long high = Integer.toUnsignedLong(word());
    return high << 32 | Integer.toUnsignedLong(word());
  }

  /** {@code torch.rand} of float32: 24 bits in [0, 1). */
  float uniform() {
    return (word() & 0xffffff) * 0x1p-24f;
  }

  /** {@code torch.rand} of float64: 53 bits in [0, 1). */
  double uniform64() {
    return (word64() & ((1L << 53) - 1)) * 0x1p-53;
  }

  /** {@code torch.randint(0, n)} for n below 2^32. */
  long below(long n) {
    return Integer.toUnsignedLong(word()) % n;
  }

  /** {@code Tensor.random_()} of int64: 63 bits. */
  long integer63() {
    return word64() & Long.MAX_VALUE;
  }

  /** {@code Tensor.exponential_()} of float32: {@code −log(1 − u)}. */
  float exponential() {
    return (float) -Math.log1p(-uniform64());
  }

  /** {@code torch.bernoulli}: 1 with probability p. */
  int bernoulli(double p) {
    return uniform64() < p ? 1 : 0;
  }

  /** {@code torch.randperm(n)}: Fisher and Yates' shuffle from the front. */
  int[] permutation(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (int i = 0; i < n - 1; i++) {
      int j = i + (int) below(n - i);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  /**
   * {@code torch.randn(n)} of float32, by Box and Muller: {@code r cos φ} and {@code r sin φ} with
   * {@code r = √(−2 log(1 − u))} and {@code φ = 2π u'}.
   *
   * <p>Fewer than 16 numbers come in pairs from float64 uniforms, the angle drawn first. Otherwise
   * n float32 uniforms are drawn, and in each block of 16 the first eight give the radii and the
   * last eight the angles; a last partial block is drawn again over the last 16 numbers.
   */
  float[] normal(int n) {
    float[] values = new float[n];
    if (n < BLOCK) {
      for (int i = 0; i < n; i += 2) {
        double angle = 2 * Math.PI * uniform64();
        double radius = Math.sqrt(-2 * Math.log1p(-uniform64()));
        values[i] = (float) (radius * Math.cos(angle));
        if (i + 1 < n) {
          values[i + 1] = (float) (radius * Math.sin(angle));
        }
      }
      return values;
    }
    for (int i = 0; i < n; i++) {
      values[i] = uniform();
    }
    for (int i = 0; i + BLOCK <= n; i += BLOCK) {
      toNormal(values, i);
    }
    if (n % BLOCK != 0) {
      for (int i = n - BLOCK; i < n; i++) {
        values[i] = uniform();
      }
      toNormal(values, n - BLOCK);
    }
    return values;
  }

  private static void toNormal(float[] values, int from) {
    for (int i = from; i < from + BLOCK / 2; i++) {
      float radius = (float) Math.sqrt(-2 * (float) Math.log(1 - values[i]));
      float angle = 2 * (float) Math.PI * values[i + BLOCK / 2];
      values[i] = radius * (float) Math.cos(angle);
      values[i + BLOCK / 2] = radius * (float) Math.sin(angle);
    }
  }
}
