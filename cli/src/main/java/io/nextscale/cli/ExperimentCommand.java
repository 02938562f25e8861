package io.nextscale.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Experiments; the work is done by its subcommands. */
@Command(
    name = "experiment",
    mixinStandardHelpOptions = true,
    subcommands = {ScalingLawCommand.class, InferenceScalingCommand.class},
    description =
        "Many models, or searches, of which one statement follows, with tables and figures.")
final class ExperimentCommand implements Runnable {

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public void run() {
    CommandLine commands = spec.commandLine();
    commands.usage(commands.getOut());
  }
}
