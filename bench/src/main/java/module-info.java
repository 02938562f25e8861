/** Benchmarks of kernels and of whole images. */
module io.nextscale.bench {
  requires io.nextscale.cli;
  requires io.nextscale.nn;
  requires io.nextscale.tensor;
  requires io.nextscale.var;
  requires io.nextscale.vqvae;
  requires java.management;
  requires jmh.core;
  requires static org.jspecify;
}
