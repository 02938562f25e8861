package io.nextscale.bench.compare;

import org.jspecify.annotations.Nullable;

/** What came of a task on a device. */
public sealed interface Outcome {

  /**
   * It agrees with the CPU and was timed, in seconds.
   *
   * @param error the largest difference from the CPU's result, as a share of its largest magnitude
   * @param first the first run, kernels compiled on the way
   * @param steady a run in the steady state
   * @param upload inputs to the device; null where nothing moves
   * @param download the result to the heap; null where nothing moves
   */
  record Timed(
      double error, double first, Spread steady, @Nullable Moved upload, @Nullable Moved download)
      implements Outcome {}

  /** A transfer: bytes, and seconds. */
  record Moved(long bytes, Spread seconds) {
    /** Bytes per second in the median. */
    double rate() {
      return bytes / seconds.median();
    }
  }

  /** Its result is not the CPU's, so its speed means nothing. */
  record Wrong(double error, double tolerance) implements Outcome {}

  /** The device cannot do it; the reason is its own. */
  record Missing(String reason) implements Outcome {}
}
