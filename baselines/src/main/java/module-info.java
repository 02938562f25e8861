/**
 * What next-scale generation is compared with: diffusion transformers, and transformers that make
 * tokens in raster order.
 */
module io.nextscale.baselines {
  requires transitive io.nextscale.search;
  requires static org.jspecify;

  exports io.nextscale.baselines.diffusion;
  exports io.nextscale.baselines.raster;
}
