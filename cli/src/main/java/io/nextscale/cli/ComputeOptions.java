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

  private static final String VECTOR = "io.nextscale.vector"; // read when kernels load

  /**
   * Pictures of the model inside the program from which on vector kernels pay. Before, the time
   * that the JVM takes to compile them is longer than what they save: docs/shapes-model.md has the
   * times of 1 and 16 pictures; 64 take 13.8 s of processor time with scalar kernels and 13.4 s
   * with vector ones.
   */
  private static final int MANY = 40;

  private static volatile boolean chooses;

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

  /** Lets what is best for one command be chosen for the JVM, which ends with it. */
  static void chooseForThisCommandOnly() {
    chooses = true;
  }

  /**
   * Takes scalar kernels where few pictures of the model inside the program are all there is to
   * compute, which have the same bits; called before {@link #backend()}.
   */
  static void expectSmallPictures(int count) {
    if (chooses && count < MANY && System.getProperty(VECTOR) == null) {
      System.setProperty(VECTOR, "scalar");
    }
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
