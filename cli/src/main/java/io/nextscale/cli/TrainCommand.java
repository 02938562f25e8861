package io.nextscale.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Trains models; the work is done by its subcommands. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    subcommands = {
      TrainTokenizerCommand.class,
      TrainVarCommand.class,
      TrainDitCommand.class,
      TrainRasterCommand.class,
      TrainVerifierCommand.class
    },
    description = {
      "Train a tokenizer, then a transformer on its tokens, from your own pictures.",
      "A run is a folder. The same command again goes on where it was stopped, in whatever way, and"
          + " ends with the bits of a run that never was."
    },
    footer = {
      "",
      "First steps: nextscale train tokenizer --data shapes --run runs/tokenizer",
      "             nextscale train var --data shapes --run runs/var \\",
      "               --tokenizer runs/tokenizer/model.safetensors"
    })
final class TrainCommand implements Runnable {

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public void run() {
    CommandLine commands = spec.commandLine();
    commands.usage(commands.getOut());
  }
}
