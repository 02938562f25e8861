package io.nextscale.tensor;

import java.util.Arrays;

/**
 * How many bytes a computation of gradients holds, operation by operation: saved operands and
 * results, the operands and the result of the operation that runs, gradients that were computed.
 * Parameters are not counted, nor what kernels need for themselves.
 *
 * @param bytes after each operation, forward and back
 */
public record Footprint(long[] bytes) {

  /** Runs something that computes gradients, such as a training step, and counts. */
  public static Footprint during(Runnable work) {
    MemoryMeter meter = new MemoryMeter();
    ScopedValue.where(MemoryMeter.CURRENT, meter).run(work);
    return new Footprint(meter.samples());
  }

  /** The most that is held at a time. */
  public long peak() {
    return Arrays.stream(bytes).max().orElse(0);
  }

  /**
   * The footprint of a larger batch. Everything held grows linearly with it, each sample by its own
   * slope, so two small batches tell.
   *
   * @param one of a batch of one
   * @param two of the same computation with a batch of two
   * @param batch 1, 2, …
   * @throws IllegalArgumentException when the two are not of the same computation
   */
  public static Footprint extrapolate(Footprint one, Footprint two, int batch) {
    if (one.bytes.length != two.bytes.length) {
      throw new IllegalArgumentException(
          "footprint: the same operations for one and two; got "
              + one.bytes.length
              + " and "
              + two.bytes.length);
    }
    long[] bytes = one.bytes.clone();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] += (batch - 1L) * (two.bytes[i] - one.bytes[i]);
    }
    return new Footprint(bytes);
  }
}
