package io.nextscale.tensor.cpu;

import java.util.function.Supplier;

/** Lets tests of other packages choose the number of threads that kernels run on. */
public final class Threads {

  private Threads() {}

  /** Runs {@code body} with loops on {@code threads} threads, the caller counted. */
  public static <T> T with(int threads, Supplier<T> body) {
    return Parallel.withThreads(threads, body);
  }
}
