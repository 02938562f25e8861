package io.nextscale.bench.compare;

import org.jspecify.annotations.Nullable;

/** A task on one device, its weights and inputs there already. */
public interface Subject {

  /**
   * One way across the bus.
   *
   * @param bytes how many cross it
   * @param move moves them once
   */
  record Transfer(long bytes, Runnable move) {}

  /** Computes once and returns when the device is done. */
  void run();

  /**
   * The result of the task, on the heap; called once, after the first {@link #run}. It may compute
   * more than a run does, where a single one says too little.
   */
  float[] result();

  /** The inputs to the device; null where they need not move. */
  @Nullable Transfer upload();

  /** The result of the latest {@link #run} to the heap; null where it is there. */
  @Nullable Transfer download();
}
