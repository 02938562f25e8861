/** The pictures that models are trained on: sources, preprocessing, batches, shards of tokens. */
module io.nextscale.data {
  requires transitive io.nextscale.tensor;
  requires transitive io.nextscale.image;
  requires transitive io.nextscale.shapes;
  requires static org.jspecify;

  exports io.nextscale.data;
}
