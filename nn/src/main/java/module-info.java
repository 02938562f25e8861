/** Layers of neural networks as records over tensors. */
module io.nextscale.nn {
  requires transitive io.nextscale.tensor;
  requires static org.jspecify;

  exports io.nextscale.nn;
}
