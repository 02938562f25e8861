package io.nextscale.tensor.cpu;

import io.nextscale.tensor.spi.Backend;
import io.nextscale.tensor.spi.BackendProvider;
import java.util.List;
import java.util.Optional;

/** The CPU as a backend: always usable. */
public final class CpuBackendProvider implements BackendProvider {

  /** For {@link java.util.ServiceLoader}. */
  public CpuBackendProvider() {}

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public List<String> devices() {
    return List.of("cpu");
  }

  @Override
  public String unavailableReason() {
    return "";
  }

  @Override
  public Optional<String> recommended() {
    return Optional.of(name());
  }

  @Override
  public String describe(String device) {
    return CpuBackend.INSTANCE.describe();
  }

  @Override
  public Backend open(String device) {
    return CpuBackend.INSTANCE;
  }
}
