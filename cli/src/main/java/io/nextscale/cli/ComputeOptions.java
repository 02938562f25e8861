package io.nextscale.cli;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.spi.Backend;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where and with how many threads a command computes. */
final class ComputeOptions {

  private static final int MAX_THREADS = 1024;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandLine.Model.CommandSpec command;

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "N",
      description =
          "Threads of the CPU kernels (default: one per processor). Results do not depend on it.")
  private void setThreads(int threads) {
    if (threads < 1 || threads > MAX_THREADS) {
      throw new CommandLine.ParameterException(
          command.commandLine(),
          "--threads: a number from 1 to " + MAX_THREADS + "; got " + threads);
    }
    System.setProperty("io.nextscale.threads", Integer.toString(threads)); // read when kernels load
  }

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "Where to compute: cpu, gpu, auto, or a name from 'nextscale devices' (default: cpu).")
  private String device = "cpu";

  @Mixin private DeviceMemory memory = new DeviceMemory();

  @Option(
      names = "--gpu-products",
      paramLabel = "HOW",
      description =
          "Matrix products on a device: own kernels, or cuBLAS with f32, tf32, bf16, f16 operands"
              + " (default: auto, which is f32 where there is cuBLAS).")
  private void setProducts(String how) {
    System.setProperty("io.nextscale.gpu.products", how); // read when a device is opened
  }

  /**
   * The backend that was asked for, on which tensors live from now on; called before anything is
   * loaded.
   *
   * @throws UsageException when there is no such device
   */
  Backend backend() {
    try {
      Backend backend = Backends.open(device);
      Backends.setStandard(backend);
      return backend;
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
  }
}
