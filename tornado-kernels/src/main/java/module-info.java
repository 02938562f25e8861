/** A backend that runs kernels on graphics processors. */
module io.nextscale.tornado {
  requires io.nextscale.tensor;
  requires static org.jspecify;
}
