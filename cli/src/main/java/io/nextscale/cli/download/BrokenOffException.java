package io.nextscale.cli.download;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A request that may succeed when it is made again: a lost connection, a busy server. */
final class BrokenOffException extends IOException {

  private static final long serialVersionUID = 1L;

  private final boolean unreachable;
  private final transient Optional<Duration> wait;

  private BrokenOffException(String what, boolean unreachable, Optional<Duration> wait) {
    super(what);
    this.unreachable = unreachable;
    this.wait = wait;
  }

  BrokenOffException(String what) {
    this(what, false, Optional.empty());
  }

  /** There was no connection at all: no network, a wrong name, nobody listening. */
  static BrokenOffException unreachable(String what) {
    return new BrokenOffException(what, true, Optional.empty());
  }

  /** The server asked to come back later. */
  static BrokenOffException busy(String what, Optional<Duration> wait) {
    return new BrokenOffException(what, false, wait);
  }

  boolean isUnreachable() {
    return unreachable;
  }

  Optional<Duration> serverWait() {
    return wait;
  }
}
