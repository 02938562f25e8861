package io.nextscale.search;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a search keeps to.
 *
 * @param latent judges partial pictures undecoded; null where the verifier does
 * @param budget what may be spent
 * @param seed of the first candidate
 * @param atOnce pictures computed together at most
 * @param enough the score that ends the search
 * @param cancelled asked between batches
 * @param watcher told how it goes
 */
record Terms(
    @Nullable LatentVerifier latent,
    Budget budget,
    long seed,
    int atOnce,
    double enough,
    BooleanSupplier cancelled,
    Watcher watcher) {

  Terms {
    if (atOnce < 1) {
      throw new IllegalArgumentException("search: at least 1 picture at once; got " + atOnce);
    }
  }

  /** No limits, from seed 0, of at most 16 pictures at once. */
  static final Terms USUAL =
      new Terms(
          null, Budget.UNLIMITED, 0, 16, Double.POSITIVE_INFINITY, () -> false, (_, _, _, _) -> {});
}
