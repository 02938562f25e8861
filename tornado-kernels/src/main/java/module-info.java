/** A backend that runs kernels on graphics processors, through TornadoVM. */
module io.nextscale.tornado {
  requires io.nextscale.tensor;
  requires static org.jspecify;
  requires static tornado.api; // there at run time when TornadoVM is

  provides io.nextscale.tensor.spi.BackendProvider with
      io.nextscale.tornado.TornadoBackendProvider;
}
