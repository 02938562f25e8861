package io.nextscale.cli;

import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.data.Batch;
import io.nextscale.data.PictureSource;
import io.nextscale.data.TokenSet;
import io.nextscale.data.TokenShards;
import io.nextscale.data.TokenWriter;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.training.Plan;
import io.nextscale.training.experiment.Measured;
import io.nextscale.training.experiment.Quantity;
import io.nextscale.training.experiment.ScalingLaw;
import io.nextscale.training.experiment.ScalingLawSettings;
import io.nextscale.training.experiment.ScalingReport;
import io.nextscale.training.learner.TrainingPictures;
import io.nextscale.training.learner.VarLearner;
import io.nextscale.training.settings.PictureSettings;
import io.nextscale.training.settings.Preset;
import io.nextscale.training.settings.Settings;
import io.nextscale.var.text.WordPieces;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains transformers of several depths and fits power laws of their sizes. */
@Command(
    name = "scaling-law",
    sortOptions = false,
    abbreviateSynopsis = true,
    mixinStandardHelpOptions = true,
    modelTransformer = SettingsFlags.OfScalingLaw.class,
    description = {
      "Train transformers of several depths for equal epochs, and fit power laws of their sizes to"
          + " their losses.",
      "The same command again goes on where it was stopped; a model that is finished is not trained"
          + " again, and --depths may name more."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ScalingLawCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ExperimentOptions experiment;

  @Option(names = "--tokenizer", paramLabel = "FILE", description = TokenizerFile.DESCRIPTION + ".")
  private @Nullable Path tokenizer;

  @Option(
      names = "--data",
      paramLabel = "WHAT",
      description = "Pictures, as for 'nextscale train' (default: shapes).")
  private String data = TrainingPictures.SHAPES;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "Where settings begin: shapes, small, small-4x, cifar10 or published (default: shapes).")
  private String preset = Preset.SHAPES.name();

  @Option(names = "--show-settings", description = "Print all settings and do nothing.")
  private boolean showSettings;

  @Option(
      names = "--strict",
      description = "A damaged picture ends it all; else it is named and left out.")
  private boolean strict;

  @Option(
      names = "--recompute",
      description = "Compute blocks again on the way back: less memory, more time, same results.")
  private boolean recompute;

  @Mixin private ComputeOptions compute;

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    ScalingLawSettings settings =
        Settings.with(
            ScalingLawSettings.of(Preset.named(preset)),
            SettingsFlags.given(spec, ScalingLawSettings.class));
    if (showSettings) {
      spec.commandLine().getOut().println(settings.json().writeIndented());
      spec.commandLine().getOut().flush();
      return 0;
    }
    Path folder = experiment.folder();
    TokenizerFile file = TokenizerFile.of(tokenizer);
    Backend backend = compute.backend();
    VqVae vae = file.load();
    PictureSettings pictureSettings = settings.var().pictures();
    TrainVarCommand.checkSize(vae, pictureSettings);
    String fingerprint = file.sha256();
    try (TrainingPictures pictures = TrainingOptions.open(data, pictureSettings)) {
      TrainVarCommand.checkCondition(pictures, settings.var().readsText());
      verbosity.tell(pictures.training().describe());
      verbosity.tellMore(backend.describe());
      WordPieces words =
          TrainVarCommand.words(
              pictures, settings.var().readsText(), settings.var().model().words(), null, null);
      List<Batch> validation = pictures.validation(strict, verbosity::tell);
      if (validation.isEmpty()) {
        throw new UsageException(
            "--data: pictures to measure on; got none — ten pictures are the least of which one is"
                + " kept out");
      }
      try (TokenShards tokens =
          tokens(
              folder.resolve(ScalingLaw.TOKENS),
              new Tokens(vae, pictures.training(), pictureSettings, strict),
              fingerprint,
              settings.grid().pictures())) {
        VarLearner.Subject subject =
            new VarLearner.Subject(vae, fingerprint, words, pictures.classes(), pictures.shapes());
        ScalingLaw law =
            new ScalingLaw(folder, settings, subject, pictures.describe(), tokens, validation);
        return run(law);
      }
    }
  }

  /** The tokens to learn from, computed where they are not there yet. */
  private TokenShards tokens(Path out, Tokens tokens, String fingerprint, int count)
      throws IOException {
    PictureSource source = tokens.source();
    if (!source.endless() && source.size() < count) {
      throw new UsageException(
          "--pictures: at most the %,d of %s; got %,d"
              .formatted(source.size(), source.describe(), count));
    }
    TokenSet set = tokens.set(fingerprint);
    if (!Files.exists(out.resolve("tokens.json"))) {
      try (TokenWriter writer = TokenWriter.open(out, set, Tokens.PER_FILE)) {
        tokens.write(writer, count, spec.commandLine().getErr(), verbosity);
        writer.finish();
      }
    }
    TokenShards shards = TokenShards.open(out);
    if (shards.set().equals(set) && shards.size() == count) {
      return shards;
    }
    String others = shards.set().equals(set) ? "" : " of another tokenizer, other or changed ones";
    long size = shards.size();
    shards.close();
    throw new UsageException(
        "--pictures: %d pictures, the tokens of which are in %s; got those of %d%s — name another"
                .formatted(count, out, size, others)
            + " --run, or say what it was begun with");
  }

  private int run(ScalingLaw law) throws IOException {
    List<Measured> models = new ArrayList<>();
    Plan plan = law.plan();
    try (Interruption interruption = new Interruption()) {
      for (int depth : law.settings().grid().depths()) {
        Optional<Measured> model = law.measured(depth);
        if (model.isEmpty()) {
          verbosity.tell("depth %d, %,d batches".formatted(depth, plan.iterations()));
          try (TrainingProgress progress =
              new TrainingProgress(spec.commandLine().getErr(), verbosity, plan)) {
            model = law.train(depth, recompute, progress, interruption::requested);
          }
        }
        if (model.isEmpty()) {
          return experiment.cancelled(verbosity);
        }
        verbosity.tell(line(model.get()));
        models.add(model.get());
      }
    }
    ScalingReport report = ScalingReport.of(models, law.settings().var().optimizer().seed());
    report.summary().forEach(verbosity::tell);
    return experiment.reported(report.write(law.folder(), law.settings()));
  }

  private static String line(Measured model) {
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT, "depth %d, N = %,d parameters:", model.depth(), model.parameters()));
    for (Quantity quantity : Quantity.values()) {
      line.append(String.format(Locale.ROOT, " %s %.4f", quantity.symbol(), model.mean(quantity)));
    }
    return line.toString();
  }
}
