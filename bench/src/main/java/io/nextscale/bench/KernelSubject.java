package io.nextscale.bench;

import io.nextscale.tensor.spi.Backend;

/** A kernel of the benchmarks; the CPU's result has to be right by the definition first. */
final class KernelSubject extends TensorSubject {

  private final KernelBench bench;

  KernelSubject(Backend backend, KernelBench bench) {
    super(backend, bench.inputs(), bench::run);
    this.bench = bench;
  }

  @Override
  public float[] result() {
    float[] y = super.result();
    if (isOnTheHeap()) {
      bench.check(y);
    }
    return y;
  }
}
