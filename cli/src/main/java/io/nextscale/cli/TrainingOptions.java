package io.nextscale.cli;

import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.data.Batch;
import io.nextscale.data.Batches;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.learner.TrainingPictures;
import io.nextscale.training.settings.OptimizerSettings;
import io.nextscale.training.settings.PictureSettings;
import io.nextscale.training.settings.Preset;
import io.nextscale.training.settings.Settings;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands have in common that train on pictures. */
final class TrainingOptions extends RunOptions {

  private static final String DATA = "data";

  @Option(
      names = "--data",
      paramLabel = "WHAT",
      description =
          "Pictures: shapes, crowds (of shapes, without captions: for a tokenizer), a folder or"
              + " .zip with a folder per class or with captions, a list .jsonl, CIFAR-10 binary or"
              + " MNIST files (default: those of the run).")
  private @Nullable String data;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "Where settings begin: shapes, small, small-4x, cifar10 or published (default: those of"
              + " the run; shapes for --data shapes).")
  private @Nullable String preset;

  @Option(
      names = "--strict",
      description = "A damaged picture ends the training; else it is named and passed over.")
  private boolean strict;

  @Option(
      names = "--pictures-every",
      paramLabel = "N",
      description =
          "Batches between sheets of pictures; 0: none (default: a twentieth of the training).")
  private @Nullable Integer picturesEvery;

  @Override
  @Nullable Integer picturesEvery() {
    return picturesEvery;
  }

  /** The pictures to learn from, in batches. */
  Batches batches(TrainingPictures pictures, OptimizerSettings optimizer, Verbosity verbosity)
      throws IOException {
    return pictures.batches(optimizer.batch(), optimizer.seed(), strict, verbosity::tell);
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
    Json.Obj existing = existing(kind);
    R base;
    String from = data == null ? "" : data;
    if (preset != null) {
      base = part.apply(Preset.named(preset));
    } else if (existing != null) {
      base = Settings.parse(run().toString(), existing, type);
    } else if (TrainingPictures.isShapes(from)) {
      base = part.apply(Preset.SHAPES);
    } else {
      throw new UsageException(
          "--preset: one of %s; got none — name the one that is nearest to your pictures and change what differs"
              .formatted(String.join(", ", Preset.ALL.stream().map(Preset::name).toList())));
    }
    Map<String, String> given = new LinkedHashMap<>(further);
    given.putAll(SettingsFlags.given(command(), type));
    return Settings.with(base, given);
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
}
