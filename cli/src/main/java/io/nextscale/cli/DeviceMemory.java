package io.nextscale.cli;

import picocli.CommandLine.Option;

/** How much of a device tensors may take. */
public final class DeviceMemory {

  @Option(
      names = "--gpu-memory",
      paramLabel = "SIZE",
      description = "What tensors may take on a device, such as 8g (default: 2g).")
  private void set(String size) {
    System.setProperty("io.nextscale.gpu.memory", size); // read when a device is opened
  }
}
