/** Benchmarks of kernels and of whole images. */
module io.nextscale.bench {
  requires io.nextscale.cli;
  requires io.nextscale.tensor;
  requires io.nextscale.var;
  requires java.management;
  requires jmh.core;
  requires static org.jspecify;
}
