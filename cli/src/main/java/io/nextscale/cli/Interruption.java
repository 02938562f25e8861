package io.nextscale.cli;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C during a command: work stops at the next scale or tensor, what is finished stays, and the
 * process ends when files that were begun are completed or removed.
 */
final class Interruption implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 30;

  private static volatile @Nullable Interruption pending;

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stop, "nextscale-interruption");
  private volatile boolean requested;

  Interruption() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether the user wants to stop. */
  boolean requested() {
    return requested;
  }

  /**
   * Goes on unless the user wants to stop.
   *
   * @throws CancellationException when so
   */
  void check() {
    if (requested) {
      throw new CancellationException();
    }
  }

  private void stop() {
    pending = this;
    requested = true;
    try {
      if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.getLogger("io.nextscale").log(System.Logger.Level.WARNING, "stopped in the middle");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets a process end that waits for its command: the last words are said. */
  static void finish() {
    Interruption waiting = pending;
    if (waiting != null) {
      waiting.done.countDown();
    }
  }

  /** The command is through. An interrupted process still waits for {@link #finish}. */
  @Override
  public void close() {
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        done.countDown(); // the process ends just now, with nothing left to do
      }
    }
  }
}
