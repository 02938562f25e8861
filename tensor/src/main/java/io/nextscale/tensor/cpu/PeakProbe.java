package io.nextscale.tensor.cpu;

/**
 * How fast the processor can multiply and add: chains of {@code fma} on registers alone, no memory.
 *
 * <p>Twelve chains, because an {@code fma} takes four cycles or five and two can start in each; and
 * they fit the sixteen vector registers of older processors.
 */
final class PeakProbe {

  private static final int CHAINS = 12;
  private static final int STEPS = 100_000;

  /** Rounds tried; the fastest counts. */
  private static final int ROUNDS = 200;

  private PeakProbe() {}

  /** Operations per second, two per {@code fma}, on all threads together. */
  static double flops() {
    int threads = Parallel.threads();
    int lanes = CpuInfo.VECTOR ? CpuInfo.BITS / 32 : 1;
    double most = 0;
    float[] results = new float[threads];
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      Parallel.forRange(
          threads,
          1,
          (from, to) -> {
            for (int i = from; i < to; i++) {
              results[i] = CpuInfo.VECTOR ? VectorPeak.chains(STEPS) : scalarChains(STEPS);
            }
          });
      double seconds = (System.nanoTime() - start) * 1e-9;
      most = Math.max(most, 2.0 * CHAINS * STEPS * lanes * threads / seconds);
    }
    for (float result : results) {
      if (result != 6) { // each chain tends to 1/2; also keeps them from being dropped
        throw new IllegalStateException(
            "peak: twelve chains of fma that end at 1/2; got their sum " + result);
      }
    }
    return most;
  }

  static float scalarChains(int steps) {
    float x = 0.5f;
    float y = 0.25f;
    float a = 1;
    float b = 2;
    float c = 3;
    float d = 4;
    float e = 5;
    float f = 6;
    float g = 7;
    float h = 8;
    float i = 9;
    float j = 10;
    float k = 11;
    float l = 12;
    for (int step = 0; step < steps; step++) {
      a = Math.fma(a, x, y);
      b = Math.fma(b, x, y);
      c = Math.fma(c, x, y);
      d = Math.fma(d, x, y);
      e = Math.fma(e, x, y);
      f = Math.fma(f, x, y);
      g = Math.fma(g, x, y);
      h = Math.fma(h, x, y);
      i = Math.fma(i, x, y);
      j = Math.fma(j, x, y);
      k = Math.fma(k, x, y);
      l = Math.fma(l, x, y);
    }
    return a + b + c + d + e + f + g + h + i + j + k + l;
  }
}
