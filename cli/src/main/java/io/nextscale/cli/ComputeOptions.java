package io.nextscale.cli;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.spi.Backend;
import picocli.CommandLine;
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
          "Where to compute: cpu, auto, or a name from 'nextscale devices' (default: cpu).")
  private String device = "cpu";

  /**
   * The backend that was asked for; called before anything is loaded.
   *
   * @throws UsageException when there is no such device, or models do not run on it
   */
  Backend backend() {
    Backend backend;
    try {
      backend = Backends.open(device);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
    if (backend == Backends.cpu()) {
      return backend;
    }
    backend.close();
    if (device.equals("auto")) {
      return Backends.cpu();
    }
    throw new UsageException(
        "--device: models run on cpu; got " + device + " — leave the option out");
  }
}
