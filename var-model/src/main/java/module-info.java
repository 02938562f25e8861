/** The visual autoregressive transformer: predicts the token grid of the next scale. */
module io.nextscale.var {
  requires transitive io.nextscale.vqvae;
  requires static org.jspecify;

  exports io.nextscale.var;
  exports io.nextscale.var.text;
}
