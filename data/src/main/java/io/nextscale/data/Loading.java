package io.nextscale.data;

/**
 * How {@link Batches} are drawn and made ready.
 *
 * @param batchSize pictures of a batch, B, at least 1
 * @param seed decides on the order, on crops and mirroring, and on which of several captions is
 *     used
 * @param once whether there is one pass in order instead of shuffled passes without end: then the
 *     last batch may be smaller, and damaged pictures are left out instead of replaced
 * @param strict whether a damaged picture ends it all
 * @param threads how many decode, at least 1; batches do not depend on it
 * @param ahead how many batches are made ready beyond the one that is asked for; with it they are
 *     the memory that is used, {@code (ahead + 2) · B · size² · 12} bytes
 */
public record Loading(
    int batchSize, long seed, boolean once, boolean strict, int threads, int ahead) {

  private static final int AHEAD = 2;

  /** Checks the ranges. */
  public Loading {
    if (batchSize < 1 || threads < 1 || ahead < 0) {
      throw new IllegalArgumentException(
          "loading: at least one picture a batch, one thread and no fewer than 0 batches ahead; got "
              + batchSize
              + ", "
              + threads
              + " and "
              + ahead);
    }
  }

  /** Shuffled passes without end. */
  public static Loading training(int batchSize, long seed) {
    return new Loading(
        batchSize, seed, false, false, Runtime.getRuntime().availableProcessors(), AHEAD);
  }

  /** Every picture once, in order. */
  public static Loading pass(int batchSize) {
    return new Loading(
        batchSize, 0, true, false, Runtime.getRuntime().availableProcessors(), AHEAD);
  }

  /** The same, ended by the first damaged picture. */
  public Loading strictly() {
    return new Loading(batchSize, seed, once, true, threads, ahead);
  }

  /** The same on so many threads. */
  public Loading withThreads(int count) {
    return new Loading(batchSize, seed, once, strict, count, ahead);
  }

  /** The same with so many batches made ready beyond the one that is asked for. */
  public Loading withAhead(int batches) {
    return new Loading(batchSize, seed, once, strict, threads, batches);
  }
}
