/** The multi-scale tokenizer: an image becomes a pyramid of token grids, and back. */
module io.nextscale.vqvae {
  requires transitive io.nextscale.nn;
  requires static org.jspecify;

  exports io.nextscale.vqvae;
  exports io.nextscale.vqvae.training;
}
