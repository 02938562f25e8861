package io.nextscale.cli;

import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.tensor.Backends;
import io.nextscale.tensor.spi.BackendProvider;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists what can compute here, and why something else cannot. */
@Command(
    name = "devices",
    mixinStandardHelpOptions = true,
    description = "List the devices that can compute, or why one cannot.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DevicesCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    for (BackendProvider provider : Backends.providers()) {
      if (provider.devices().isEmpty()) {
        out.printf("%-16s not usable: %s%n", provider.name(), provider.unavailableReason());
      }
      for (String device : provider.devices()) {
        out.printf("%-16s %s%n", device, provider.describe(device));
      }
    }
    out.printf(
        "%nJava %s (%s), %s %s, %d processors, heap up to %d MB%n",
        Runtime.version(),
        System.getProperty("java.vm.name"),
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        Runtime.getRuntime().maxMemory() >> 20);
    out.flush();
    return 0;
  }
}
