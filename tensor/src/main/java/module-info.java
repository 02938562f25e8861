/** Tensors, their operations and derivatives, the CPU backend, and the file formats of weights. */
module io.nextscale.tensor {
  requires jdk.incubator.vector;
  requires org.apache.commons.rng.api;
  requires org.apache.commons.rng.simple;
  requires org.apache.commons.rng.sampling;
  requires static org.jspecify;

  exports io.nextscale.tensor;
  exports io.nextscale.tensor.io;
  exports io.nextscale.tensor.op;
  exports io.nextscale.tensor.spi;

  uses io.nextscale.tensor.spi.BackendProvider;

  provides io.nextscale.tensor.spi.BackendProvider with
      io.nextscale.tensor.cpu.CpuBackendProvider;
}
