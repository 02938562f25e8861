package io.nextscale.training;

import org.jspecify.annotations.Nullable;

/** A training that cannot go on; the message says why, what is kept and what to do. */
public final class TrainingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** {@code train: <expected>; got <got> — <remedy>}. */
  public TrainingException(String message) {
    this(message, null);
  }

  public TrainingException(String message, @Nullable Throwable cause) {
    super("train: " + message, cause);
  }
}
