package io.nextscale.cli;

import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.data.Batch;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.Learner;
import io.nextscale.training.Plan;
import io.nextscale.training.TrainingRun;
import io.nextscale.training.learner.TrainingPictures;
import io.nextscale.training.settings.PictureSettings;
import io.nextscale.training.settings.Preset;
import io.nextscale.training.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the commands that train have in common: pictures, the folder of the run, its plan. */
final class TrainingOptions {

  private static final String KIND = "train";
  private static final String DATA = "data";

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec command;

  @Option(
      names = "--data",
      paramLabel = "WHAT",
      description =
          "Pictures: shapes, a folder or .zip with a folder per class or with captions, a list"
              + " .jsonl, CIFAR-10 binary or MNIST files (default: those of the run).")
  private @Nullable String data;

  @Option(
      names = "--run",
      paramLabel = "FOLDER",
      description = "The folder of the run; one that is there goes on.")
  private @Nullable Path run;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "Where settings begin: shapes, small, small-4x, cifar10 or published (default: those of"
              + " the run; shapes for --data shapes).")
  private @Nullable String preset;

  @Option(names = "--show-settings", description = "Print all settings and do nothing.")
  private boolean showSettings;

  @Option(
      names = "--strict",
      description = "A damaged picture ends the training; else it is named and passed over.")
  private boolean strict;

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
      names = "--pictures-every",
      paramLabel = "N",
      description =
          "Batches between sheets of pictures; 0: none (default: a twentieth of the training).")
  private @Nullable Integer picturesEvery;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Type of weights in the trained model: f32, bf16 or f16 (default: f32).")
  private ConvertCommand.Weights type = ConvertCommand.Weights.f32;

  /** Whether settings are only to be printed. */
  boolean showSettings() {
    return showSettings;
  }

  /** Whether a damaged picture ends it all. */
  boolean strict() {
    return strict;
  }

  /** What the folder of the run holds already, or nothing. */
  Json.@Nullable Obj existing() throws IOException {
    return run == null || !Files.exists(run.resolve("run.json")) ? null : TrainingRun.settings(run);
  }

  /**
   * The settings: of the preset, else of the run, with what flags change.
   *
   * @param kind {@code tokenizer}, {@code var}, {@code dit} or {@code raster}
   * @param further settings that other flags stand for
   */
  <R extends Record> R settings(
      String kind, Class<R> type, Function<Preset, R> part, Map<String, String> further)
      throws IOException {
    Json.Obj existing = existing();
    if (existing != null && !new Json.Str(kind).equals(existing.members().get(KIND))) {
      Json other = existing.members().getOrDefault(KIND, Json.Null.NULL);
      throw new UsageException(
          "--run: the folder of a run of 'train %s'; got %s, of 'train %s' — name another folder"
              .formatted(kind, run, other instanceof Json.Str(String name) ? name : "?"));
    }
    R base;
    String from = data == null ? "" : data;
    if (preset != null) {
      base = part.apply(Preset.named(preset));
    } else if (existing != null) {
      base = Settings.parse(String.valueOf(run), existing, type);
    } else if (TrainingPictures.isShapes(from)) {
      base = part.apply(Preset.SHAPES);
    } else {
      throw new UsageException(
          "--preset: one of %s; got none — name the one that is nearest to your pictures and change what differs"
              .formatted(String.join(", ", Preset.ALL.stream().map(Preset::name).toList())));
    }
    Map<String, String> given = new LinkedHashMap<>(further);
    given.putAll(SettingsFlags.given(command, type));
    return Settings.with(base, given);
  }

  /** The folder of the run. */
  Path run() {
    if (run == null) {
      throw new UsageException("--run: a folder for the run; got none — name one, new or to go on");
    }
    return run;
  }

  /** The name of the pictures. */
  String data() throws IOException {
    Json.Obj existing = existing();
    if (data != null) {
      return data;
    }
    if (existing != null && existing.at(DATA, "from").orElse(null) instanceof Json.Str(String s)) {
      return s;
    }
    throw new UsageException(
        "--data: pictures to learn from; got none — say shapes, or name a folder or .zip");
  }

  /** Everything that decides what is learnt, as the run remembers it. */
  static Json.Obj describe(
      String kind, TrainingPictures pictures, Record settings, Map<String, Json> further) {
    SequencedMap<String, Json> all = new LinkedHashMap<>();
    all.put(KIND, new Json.Str(kind));
    all.put(DATA, pictures.describe());
    all.putAll(Settings.json(settings).members());
    all.putAll(further);
    return new Json.Obj(all);
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
    try {
      return usual
          .checkpoints(checkpointEvery == null ? usual.checkpointEvery() : checkpointEvery, keep)
          .showing(
              evaluateEvery == null ? usual.evaluateEvery() : evaluateEvery,
              picturesEvery == null ? usual.picturesEvery() : picturesEvery)
          .exporting(type.type);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--checkpoint-every, --keep, --evaluate-every, --pictures-every", e);
    }
  }

  /** Opens the pictures, with messages that name the flag. */
  static TrainingPictures open(String data, PictureSettings settings) {
    try {
      return TrainingPictures.open(data, settings);
    } catch (IOException e) {
      throw new UsageException("--data", e);
    }
  }

  /** Reads the pictures to measure on. */
  List<Batch> validation(TrainingPictures pictures, Verbosity verbosity) throws IOException {
    try {
      return pictures.validation(strict, verbosity::tell);
    } catch (FileFormatException e) {
      throw new UsageException("--data", e);
    }
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
