package io.nextscale.cli;

import io.nextscale.cli.download.DownloadCommand;
import io.nextscale.cli.parity.ParityCommand;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line: parses the arguments, runs one command and exits with its code. */
@Command(
    name = "nextscale",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Visual autoregressive image generation in pure Java.",
    footer = {
      "",
      "Also, run by the launcher: nextscale verify (build and test), nextscale bench (measure).",
      "First steps: nextscale generate \"a red circle above a blue square\"",
      "             nextscale download var_d16.pth vae_ch160v4096z32.pth",
      "             nextscale generate --class \"golden retriever\" -o dog.png"
    })
public final class Main implements Runnable {

  /** The version of the project. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"nextscale " + Recipe.VERSION};
    }
  }

  private static final List<Class<?>> COMMANDS =
      List.of(
          GenerateCommand.class,
          SearchCommand.class,
          EditCommand.class,
          ReconstructCommand.class,
          EvaluateCommand.class,
          TrainCommand.class,
          TokenizeCommand.class,
          PlotCommand.class,
          ExperimentCommand.class,
          InspectCommand.class,
          ConvertCommand.class,
          InitCommand.class,
          DownloadCommand.class,
          ParityCommand.class,
          DevicesCommand.class,
          MetadataCommand.class,
          CommandLine.HelpCommand.class);

  private static final int HELP_WIDTH = 100;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  /** Runs {@code nextscale} with the given arguments and ends the process. */
  public static void main(String[] args) {
    ComputeOptions.chooseForThisCommandOnly();
    int code = execute(commandLine(args), args);
    Interruption.finish();
    System.exit(code);
  }

  /** All commands, with failures turned into messages and exit codes. */
  static CommandLine commandLine() {
    return commandLine(COMMANDS);
  }

  /**
   * The same for arguments that are known: where the first one names a command, without the others.
   * To read the options of all of them takes as long as to draw a small picture.
   */
  static CommandLine commandLine(String[] args) {
    List<Class<?>> called =
        COMMANDS.stream()
            .filter(command -> args.length > 0 && name(command).equals(args[0]))
            .filter(command -> command != CommandLine.HelpCommand.class) // which tells of others
            .toList();
    return commandLine(called.isEmpty() ? COMMANDS : called);
  }

  private static String name(Class<?> command) {
    Command annotation = command.getAnnotation(Command.class);
    return annotation == null ? "" : annotation.name();
  }

  private static CommandLine commandLine(List<Class<?>> subcommands) {
    Failures failures = new Failures();
    CommandLine commands = new CommandLine(new Main());
    for (Class<?> subcommand : subcommands) {
      // Lines of their own, else picocli leaves out what adds the settings to their options.
      commands.addSubcommand(new CommandLine(subcommand));
    }
    commands
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpWidth(HELP_WIDTH);
    listExitCodes(commands);
    return commands;
  }

  private static void listExitCodes(CommandLine commands) {
    commands
        .getSubcommands()
        .forEach((name, command) -> {
          if (!name.equals("help")) {
            command
                .getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(exitCodes(name));
            listExitCodes(command);
          }
        });
  }

  private static Map<String, String> exitCodes(String command) {
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put("0", "Done.");
    if (command.equals("parity")) {
      codes.put("1", "Something differs by more than its tolerance.");
    }
    codes.put(
        Integer.toString(Failures.REFUSED), "Not done; one or two lines say why and what to do.");
    codes.put(
        Integer.toString(Failures.CANCELLED), "Stopped by Ctrl-C; what was finished is kept.");
    return codes;
  }

  /** Runs a command; errors of the JVM are reported like other failures. */
  static int execute(CommandLine commands, String... args) {
    try {
      return commands.execute(args);
    } catch (OutOfMemoryError | StackOverflowError e) {
      return Failures.report(e, called(commands));
    }
  }

  /** The command that was called, for its name and options. */
  private static CommandLine called(CommandLine commands) {
    CommandLine.ParseResult parsed = commands.getParseResult();
    while (parsed != null && parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
    }
    return parsed == null ? commands : parsed.commandSpec().commandLine();
  }

  @Override
  public void run() {
    CommandLine commands = spec.commandLine();
    commands.usage(commands.getOut());
  }
}
