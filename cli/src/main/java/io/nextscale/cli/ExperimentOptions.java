package io.nextscale.cli;

import io.nextscale.cli.terminal.Verbosity;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the commands have in common that make an experiment in a folder. */
final class ExperimentOptions {

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec command;

  @Option(
      names = "--run",
      paramLabel = "FOLDER",
      description = "The folder of the experiment; one that is there goes on.")
  private @Nullable Path folder;

  /** The folder of the experiment. */
  Path folder() {
    if (folder == null) {
      throw new UsageException("--run: a folder for the experiment; got none — name one");
    }
    return folder;
  }

  /** Says how an experiment goes on that Ctrl-C stopped; the exit code. */
  int cancelled(Verbosity verbosity) {
    verbosity.tell(
        command.qualifiedName() + ": cancelled; the same command goes on where it was stopped");
    return Failures.CANCELLED;
  }

  /** Names the files of the report; the exit code. */
  int reported(List<Path> files) {
    PrintWriter out = command.commandLine().getOut();
    files.forEach(out::println);
    out.flush();
    return 0;
  }
}
