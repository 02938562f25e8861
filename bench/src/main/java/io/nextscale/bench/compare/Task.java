package io.nextscale.bench.compare;

import java.io.IOException;

/**
 * Something to compare devices by.
 *
 * @param name for the table
 * @param flops floating-point operations of a run by the definition of the operation, two for each
 *     product; 0 where nobody counts them
 * @param tolerance how far a result may be from the CPU's, as a share of its largest magnitude
 * @param maker prepares the task on a device
 */
public record Task(String name, double flops, double tolerance, Maker maker) {

  /** Prepares a task. */
  @FunctionalInterface
  public interface Maker {
    /** The task on a device, with operands that are the same on all of them. */
    Subject on(String device) throws IOException;
  }
}
