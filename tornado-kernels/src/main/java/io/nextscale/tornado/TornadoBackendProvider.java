package io.nextscale.tornado;

import io.nextscale.tensor.spi.Backend;
import io.nextscale.tensor.spi.BackendProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** The devices that TornadoVM finds, named {@code tornado:driver:device}. */
public final class TornadoBackendProvider implements BackendProvider {

  /** The property that says how much of a device's memory tensors may take, for example 8g. */
  public static final String MEMORY = "io.nextscale.gpu.memory";

  /** The property that says how many kernels one task graph may have; 1: each runs by itself. */
  public static final String TASKS = "io.nextscale.gpu.tasks";

  /** The property that says what computes matrix products: auto, own, f32, tf32, bf16, f16. */
  public static final String PRODUCTS = "io.nextscale.gpu.products";

  /** TornadoVM has room for about 180 tasks of six arguments in a graph. */
  private static final int MOST_TASKS = 128;

  private static final String TORNADO_MEMORY = "tornado.device.memory";
  private static final String BAILOUT = "tornado.recover.bailout";
  private static final String OPENCL_FLAGS = "tornado.opencl.compiler.flags";
  private static final String BYTECODES = "tornado.tvm.maxbytecodesize";
  private static final String DEFAULT_MEMORY = "2g";

  /** For what TornadoVM itself allocates beside the memory of tensors. */
  private static final long SPARE_MEGABYTES = 256;

  /** For {@link java.util.ServiceLoader}. */
  public TornadoBackendProvider() {}

  @Override
  public String name() {
    return "tornado";
  }

  @Override
  public int priority() {
    return 10;
  }

  @Override
  public List<String> devices() {
    try {
      return Found.names();
    } catch (LinkageError | RuntimeException e) {
      return List.of();
    }
  }

  /** The first graphics processor or other accelerator; a driver for the CPU is neither. */
  @Override
  public Optional<String> recommended() {
    return devices().stream().filter(Found::accelerates).findFirst();
  }

  @Override
  public String unavailableReason() {
    try {
      return Found.names().isEmpty()
          ? "TornadoVM found no device — install an OpenCL or CUDA driver"
          : "";
    } catch (LinkageError e) {
      return "TornadoVM is not on the module path — install it, set TORNADOVM_HOME and start java"
          + " with @$TORNADOVM_HOME/tornado-argfile";
    } catch (RuntimeException e) {
      return "TornadoVM does not start: " + e.getMessage();
    }
  }

  @Override
  public String describe(String device) {
    requireThere(device);
    TornadoDevice tornado = Found.device(device);
    return TornadoBackend.describe(tornado, products(tornado));
  }

  private static Products products(TornadoDevice device) {
    return Products.of(System.getProperty(PRODUCTS, Products.AUTO), device);
  }

  private void requireThere(String device) {
    if (!devices().contains(device)) {
      throw new IllegalArgumentException(
          "device: one of " + String.join(", ", devices()) + "; got " + device);
    }
  }

  @Override
  public Backend open(String device) {
    long bytes = memory();
    requireThere(device);
    TornadoDevice tornado = Found.device(device);
    return new TornadoBackend(device, tornado, bytes, tasks(), products(tornado));
  }

  private static long memory() {
    return bytes(System.getProperty(MEMORY, DEFAULT_MEMORY));
  }

  private static int tasks() {
    String text = System.getProperty(TASKS, Integer.toString(MOST_TASKS));
    int tasks = text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : 0;
    if (tasks < 1 || tasks > MOST_TASKS) {
      throw new IllegalArgumentException(
          TASKS + ": a number from 1 to " + MOST_TASKS + "; got " + text);
    }
    return tasks;
  }

  /**
   * A number of bytes with the units k, m, g.
   *
   * @throws IllegalArgumentException for anything else
   */
  static long bytes(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    int shift =
        switch (lower.isEmpty() ? ' ' : lower.charAt(lower.length() - 1)) {
          case 'k' -> 10;
          case 'm' -> 20;
          case 'g' -> 30;
          default -> 0;
        };
    String digits = shift == 0 ? lower : lower.substring(0, lower.length() - 1);
    if (!digits.matches("[1-9][0-9]{0,9}")) {
      throw new IllegalArgumentException(
          "gpu-memory, " + MEMORY + ": a number of bytes such as 512m or 8g; got " + text);
    }
    return Long.parseLong(digits) << shift;
  }

  private static void setIfUnset(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** Touches TornadoVM's classes, which may be absent; nothing else here does. */
  private static final class Found {

    private Found() {}

    private static TornadoRuntime runtime() {
      // Otherwise a kernel that fails is run by the JVM after a warning, and slowly.
      setIfUnset(BAILOUT, "False");
      // TornadoVM's own choice is -cl-fast-relaxed-math, which takes NaN and infinities for
      // numbers.
      setIfUnset(OPENCL_FLAGS, "-cl-mad-enable -w");
      // 4096 unless it is set, which is too little for graphs of more than some 50 tasks.
      setIfUnset(BYTECODES, "32768");
      // 4 GB unless it is set, and read once, when the first of its classes is.
      setIfUnset(TORNADO_MEMORY, (memory() >> 20) + SPARE_MEGABYTES + "MB");
      return TornadoRuntimeProvider.getTornadoRuntime();
    }

    static List<String> names() {
      TornadoRuntime runtime = runtime();
      List<String> names = new ArrayList<>();
      for (int driver = 0; driver < runtime.getNumBackends(); driver++) {
        for (int i = 0; i < runtime.getBackend(driver).getNumDevices(); i++) {
          names.add("tornado:" + driver + ":" + i);
        }
      }
      return names;
    }

    static boolean accelerates(String name) {
      TornadoDeviceType type = device(name).getDeviceType();
      return type == TornadoDeviceType.GPU || type == TornadoDeviceType.ACCELERATOR;
    }

    static TornadoDevice device(String name) {
      String[] parts = name.split(":", -1);
      return runtime().getBackend(Integer.parseInt(parts[1])).getDevice(Integer.parseInt(parts[2]));
    }
  }
}
