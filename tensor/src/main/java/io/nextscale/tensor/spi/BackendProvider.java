package io.nextscale.tensor.spi;

import java.util.List;
import java.util.Optional;

/** Finds the devices of one kind. Found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {

  /** The kind, for example {@code cpu} or {@code tornado}. */
  String name();

  /** Higher is tried first by {@code auto}. */
  int priority();

  /** The names of the devices that can be opened; empty when none can. */
  List<String> devices();

  /**
   * The one of {@link #devices()} that {@code auto} takes; empty where none promises to be faster
   * than the CPU's own kernels.
   */
  Optional<String> recommended();

  /** Why no device can be opened and what to install, or an empty string when some can. */
  String unavailableReason();

  /** What one of {@link #devices()} is, for people; it is not opened for that. */
  String describe(String device);

  /** Opens one of {@link #devices()}. */
  Backend open(String device);
}
