package io.nextscale.tensor;

import io.nextscale.tensor.cpu.CpuBackend;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.tensor.spi.BackendProvider;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Finds backends: the CPU, and whatever providers are on the module path or class path. */
public final class Backends {

  private static volatile @Nullable Backend standard;

  private Backends() {}

  /** The CPU: always there, always the same object. */
  public static Backend cpu() {
    return CpuBackend.INSTANCE;
  }

  /**
   * Where tensors that are made from values live, and with them all that is computed from them: the
   * CPU, unless {@link #setStandard} was called.
   */
  public static Backend standard() {
    Backend chosen = standard;
    return chosen == null ? cpu() : chosen;
  }

  /**
   * Chooses where tensors that are made from now on live, for the whole process. A program calls it
   * once, before it loads anything: operands on two backends are an error.
   */
  public static void setStandard(Backend backend) {
    standard = backend;
  }

  /** All providers, the preferred first. */
  public static List<BackendProvider> providers() {
    List<BackendProvider> found = new ArrayList<>();
    ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader()).forEach(found::add);
    found.sort(Comparator.comparingInt(BackendProvider::priority).reversed());
    return found;
  }

  /**
   * Opens a device by name: {@code cpu}, {@code auto} (the fastest that is known to be: a graphics
   * processor, else the CPU), {@code gpu} (the best that a provider other than the CPU's has), a
   * provider's name (its best), or one of {@link BackendProvider#devices}.
   *
   * @throws IllegalArgumentException naming every device there is, and why others are not usable
   */
  public static Backend open(String name) {
    if (name.equals("cpu")) {
      return cpu();
    }
    for (BackendProvider provider : providers()) {
      Optional<String> device = meant(name, provider);
      if (device.isPresent()) {
        return provider.open(device.get());
      }
    }
    throw new IllegalArgumentException(
        "device: one of "
            + (names().equals(List.of("cpu")) ? "auto, " : "auto, gpu, ")
            + String.join(", ", names())
            + "; got "
            + name
            + describeUnavailable());
  }

  /** The device of a provider that a name means. */
  private static Optional<String> meant(String name, BackendProvider provider) {
    List<String> devices = provider.devices();
    if (devices.contains(name)) {
      return Optional.of(name);
    }
    if (name.equals("auto")) {
      return provider.recommended();
    }
    boolean all = name.equals("gpu") && !provider.name().equals("cpu");
    return devices.isEmpty() || !(all || name.equals(provider.name()))
        ? Optional.empty()
        : Optional.of(provider.recommended().orElse(devices.getFirst()));
  }

  /** The names of all devices that can be opened. */
  public static List<String> names() {
    return providers().stream().flatMap(p -> p.devices().stream()).toList();
  }

  private static String describeUnavailable() {
    StringBuilder text = new StringBuilder();
    for (BackendProvider provider : providers()) {
      if (provider.devices().isEmpty()) {
        text.append(" — ")
            .append(provider.name())
            .append(": ")
            .append(provider.unavailableReason());
      }
    }
    return text.toString();
  }
}
