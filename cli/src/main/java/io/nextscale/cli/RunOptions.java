package io.nextscale.cli;

import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.Learner;
import io.nextscale.training.Plan;
import io.nextscale.training.TrainingRun;
import io.nextscale.training.settings.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The folder of a run and its plan: what all commands that train have in common. */
sealed class RunOptions permits RunOptions.Alone, TrainingOptions {

  /** For what is not trained on pictures that a flag names. */
  static final class Alone extends RunOptions {}

  static final String KIND = "train";

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec command;

  @Option(
      names = "--run",
      paramLabel = "FOLDER",
      description = "The folder of the run; one that is there goes on.")
  private @Nullable Path run;

  @Option(names = "--show-settings", description = "Print all settings and do nothing.")
  private boolean showSettings;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description = "Batches between checkpoints (default: a twentieth of the training).")
  private @Nullable Integer checkpointEvery;

  @Option(
      names = "--keep",
      paramLabel = "N",
      description = "Checkpoints that are kept (default: ${DEFAULT-VALUE}).",
      defaultValue = "2")
  private int keep;

  @Option(
      names = "--evaluate-every",
      paramLabel = "N",
      description = "Batches between evaluations; 0: none (default: a twentieth of the training).")
  private @Nullable Integer evaluateEvery;

  @Option(
      names = "--models-every",
      paramLabel = "N",
      description =
          "Batches between models that stay beside the trained one, in models/; 0: none (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private int modelsEvery;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Type of weights in the trained model: f32, bf16 or f16 (default: f32).")
  private ConvertCommand.Weights type = ConvertCommand.Weights.f32;

  /** Prints the settings where they are only to be printed, and tells whether it did. */
  boolean shows(Record settings) {
    if (showSettings) {
      PrintWriter out = command.commandLine().getOut();
      out.println(Settings.json(settings).writeIndented());
      out.flush();
    }
    return showSettings;
  }

  /** What the folder of the run holds already, or nothing. */
  Json.@Nullable Obj existing() throws IOException {
    return run == null || !Files.exists(run.resolve("run.json")) ? null : TrainingRun.settings(run);
  }

  /**
   * The same of a run of a command.
   *
   * @param kind {@code tokenizer}, {@code var}, …
   * @throws UsageException when the folder holds a run of another command
   */
  Json.@Nullable Obj existing(String kind) throws IOException {
    Json.Obj existing = existing();
    if (existing != null && !new Json.Str(kind).equals(existing.members().get(KIND))) {
      Json other = existing.members().getOrDefault(KIND, Json.Null.NULL);
      throw new UsageException(
          "--run: the folder of a run of 'train %s'; got %s, of 'train %s' — name another folder"
              .formatted(kind, run, other instanceof Json.Str(String name) ? name : "?"));
    }
    return existing;
  }

  /** The folder of the run. */
  Path run() {
    if (run == null) {
      throw new UsageException("--run: a folder for the run; got none — name one, new or to go on");
    }
    return run;
  }

  /**
   * A file that decides what is learnt, by name and content. A run goes on with the same content
   * wherever it lies.
   */
  static Json.Obj file(Path path, String sha256, Json.@Nullable Obj existing, String name) {
    if (existing != null
        && existing.members().get(name) instanceof Json.Obj before
        && new Json.Str(sha256).equals(before.members().get("sha256"))) {
      return before;
    }
    SequencedMap<String, Json> values = new LinkedHashMap<>();
    values.put("file", new Json.Str(path.toString()));
    values.put("sha256", new Json.Str(sha256));
    return new Json.Obj(values);
  }

  /** A file that was given, else the one that the run was begun with. */
  @Nullable Path file(@Nullable Path given, String name) throws IOException {
    Json.Obj existing = existing();
    if (given != null || existing == null) {
      return given;
    }
    return existing.at(name, "file").orElse(null) instanceof Json.Str(String path)
        ? Path.of(path)
        : null;
  }

  /** How long the run is and what it leaves on the way. */
  Plan plan(int steps) {
    Plan usual = Plan.of(steps);
    Integer pictures = picturesEvery();
    try {
      return usual
          .checkpoints(checkpointEvery == null ? usual.checkpointEvery() : checkpointEvery, keep)
          .showing(
              evaluateEvery == null ? usual.evaluateEvery() : evaluateEvery,
              pictures == null ? usual.picturesEvery() : pictures)
          .keepingModels(modelsEvery)
          .exporting(type.type);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "--checkpoint-every, --keep, --evaluate-every, --pictures-every, --models-every", e);
    }
  }

  /** Batches between sheets of pictures; null: as usual. */
  @Nullable Integer picturesEvery() {
    return null;
  }

  /** The command. */
  final CommandSpec command() {
    return command;
  }

  /** Trains to the end or until Ctrl-C; the exit code. */
  int train(TrainingRun run, Learner learner, int steps, Verbosity verbosity) throws IOException {
    Plan plan = plan(steps);
    CommandLine line = command.commandLine();
    verbosity.tell("%,d parameters".formatted(learner.parameters().count()));
    TrainingRun.Outcome outcome;
    try (Interruption interruption = new Interruption();
        TrainingProgress progress = new TrainingProgress(line.getErr(), verbosity, plan)) {
      outcome = run.train(learner, plan, progress, interruption::requested);
    }
    if (outcome == TrainingRun.Outcome.CANCELLED) {
      line.getErr()
          .println(
              line.getCommandSpec().qualifiedName()
                  + ": cancelled; a checkpoint holds everything so far — the same command, or"
                  + " '%s --run %s', goes on"
                      .formatted(line.getCommandSpec().qualifiedName(), run.folder()));
      line.getErr().flush();
      return Failures.CANCELLED;
    }
    line.getOut().println(run.model());
    line.getOut().flush();
    return 0;
  }
}
