package io.nextscale.bench;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Backend;

/**
 * What the speed of kernels on a device is compared with.
 *
 * @param flops floating-point operations per second
 * @param by what was measured
 */
record Peak(double flops, String by) {

  private static final int SMALLEST = 512;
  private static final int LARGEST = 4096;
  private static final int RUNS = 3;

  /** A product that takes so long is large enough. */
  private static final double ENOUGH_SECONDS = 0.5;

  /** The backend's own measurement, or its best product of square matrices. */
  static Peak of(Backend backend) {
    double own = backend.measurePeak();
    return Double.isNaN(own) ? ofProducts(backend) : new Peak(own, "fma on registers");
  }

  private static Peak ofProducts(Backend backend) {
    Peak best = new Peak(0, "");
    double seconds = 0;
    for (int n = SMALLEST; n <= LARGEST && seconds < ENOUGH_SECONDS; n *= 2) {
      RandomStream random = RandomStream.of(n);
      Tensor a = Tensor.normal(Shape.of(n, n), 0, 1, random).to(backend);
      Tensor b = Tensor.normal(Shape.of(n, n), 0, 1, random).to(backend);
      product(backend, a, b); // compiled now
      for (int run = 0; run < RUNS; run++) {
        seconds = product(backend, a, b);
        double flops = 2.0 * n * n * n / seconds;
        if (flops > best.flops) {
          best = new Peak(flops, "its best product of square matrices, n = " + n);
        }
      }
    }
    return best;
  }

  private static double product(Backend backend, Tensor a, Tensor b) {
    long start = System.nanoTime();
    a.matmul(b);
    backend.synchronize();
    return (System.nanoTime() - start) * 1e-9;
  }
}
