package io.nextscale.cli;

/** What the user asked for cannot be done; the message names the flag and the remedy. */
final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** {@code <flag or command>: <expected>; got <got> — <what to do>}. */
  UsageException(String message) {
    super(message);
  }

  /** A failure below, with the flag it belongs to. */
  UsageException(String flag, Throwable cause) {
    super(flag + ": " + Failures.message(cause), cause);
  }
}
