package io.nextscale.cli.terminal;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How much a command says: the options {@code -v} and {@code -q}. */
public final class Verbosity {

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec command;

  @Option(
      names = {"-v", "--verbose"},
      description = "Tell more; failures show where they happened.")
  private boolean verbose;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress, no summary: results and failures only.")
  private boolean quiet;

  /** Whether failures show where they happened. */
  public boolean verbose() {
    return verbose;
  }

  /** Whether only results and failures are shown. */
  public boolean quiet() {
    return quiet;
  }

  /**
   * A bar on standard error, where progress is drawn.
   *
   * @param label what is done
   * @param total how many there are, or a negative number when that is unknown
   * @param unit what they are, in the plural
   */
  public ProgressBar progress(String label, long total, String unit) {
    return ProgressBar.count(command.commandLine().getErr(), showsProgress(), label, total, unit);
  }

  /** Whether progress is drawn. */
  public boolean showsProgress() {
    return !quiet && ProgressBar.isTerminal();
  }

  /** A line for people, on standard error. */
  public void tell(String line) {
    if (!quiet) {
      command.commandLine().getErr().println(line);
      command.commandLine().getErr().flush();
    }
  }

  /** A line for people who asked for more. */
  public void tellMore(String line) {
    if (verbose) {
      tell(line);
    }
  }

  /** Whether a command was called with {@code --verbose}. */
  public static boolean isVerbose(CommandLine command) {
    return command.getMixins().values().stream()
        .anyMatch(mixin -> mixin instanceof Verbosity verbosity && verbosity.verbose);
  }
}
