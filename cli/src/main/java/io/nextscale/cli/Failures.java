package io.nextscale.cli;

import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.training.TrainingException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Turns every failure into one or two lines and an exit code. */
public final class Failures
    implements CommandLine.IExecutionExceptionHandler, CommandLine.IParameterExceptionHandler {

  /** Bad input, or something else the user can mend. */
  static final int REFUSED = 2;

  /** What Linux, and Java with it, says of a full disk. */
  private static final String NO_SPACE = "No space left on device";

  /** Interrupted by Ctrl-C. */
  static final int CANCELLED = 130;

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    return report(failure, command);
  }

  @Override
  public int handleParseException(CommandLine.ParameterException failure, String[] args) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(command.getCommandSpec().qualifiedName() + ": " + firstLine(failure.getMessage()));
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(failure, err)) {
      err.println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
    }
    err.flush();
    return REFUSED;
  }

  /** Errors that are not exceptions, such as a full heap, end here too. */
  static int report(Throwable failure, CommandLine command) {
    PrintWriter err = command.getErr();
    if (Verbosity.isVerbose(command)) {
      failure.printStackTrace(err);
    }
    err.println(
        command.getCommandSpec().qualifiedName()
            + ": "
            + (failure instanceof OutOfMemoryError ? fullHeap(command) : message(failure)));
    err.flush();
    return failure instanceof CancellationException ? CANCELLED : REFUSED;
  }

  /** What helps against a full heap, of what the command has. */
  private static String fullHeap(CommandLine command) {
    List<String> remedies = new ArrayList<>();
    if (command.getCommandSpec().findOption("--at-once") != null) {
      remedies.add("compute fewer pictures together (--at-once 1)");
    }
    if (command.getCommandSpec().findOption("--weights") != null) {
      remedies.add("keep weights in 16 bits (--weights bf16)");
    }
    remedies.add("allow a larger heap (NEXTSCALE_JAVA_OPTS=-Xmx8g)");
    return "not enough memory: the heap holds "
        + Runtime.getRuntime().maxMemory() / (1 << 20)
        + " MB — "
        + String.join(", or ", remedies);
  }

  /** A failure in one or two lines. */
  static String message(Throwable failure) {
    return switch (failure) {
      case UncheckedIOException e when e.getCause() != null -> message(e.getCause());
      case NoSuchFileException e when e.getReason() != null -> e.getReason();
      case NoSuchFileException e -> e.getFile() + ": no such file — check the path";
      case AccessDeniedException e ->
          e.getFile() + ": no permission — check the rights of file and folder";
      case FileSystemException e ->
          e.getFile()
              + ": "
              + (e.getReason() == null ? e.getClass().getSimpleName() : e.getReason());
      case IllegalArgumentException e when e.getMessage() != null -> e.getMessage();
      case UsageException e when e.getMessage() != null -> e.getMessage();
      case TrainingException e when e.getMessage() != null -> e.getMessage();
      case IOException e when NO_SPACE.equals(e.getMessage()) ->
          "no space left on the disk — free some, or choose another folder with -o";
      case IOException e when e.getMessage() != null -> e.getMessage();
      case CancellationException _ -> "cancelled; what was finished is kept";
      default ->
          failure + " — this is a fault of nextscale; run again with --verbose and report it";
    };
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "bad arguments" : message.lines().findFirst().orElse(message);
  }
}
