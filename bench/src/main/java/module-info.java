/** Benchmarks of kernels and of whole images, and the comparison of devices. */
module io.nextscale.bench {
  requires io.nextscale.cli;
  requires io.nextscale.image;
  requires io.nextscale.nn;
  requires io.nextscale.pretrained;
  requires io.nextscale.tensor;
  requires io.nextscale.training;
  requires io.nextscale.var;
  requires io.nextscale.vqvae;
  requires info.picocli;
  requires java.management;
  requires jmh.core;
  requires static org.jspecify;

  opens io.nextscale.bench to
      info.picocli;
}
