package io.nextscale.cli;

import io.nextscale.baselines.raster.RasterOrder;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.training.TrainingRun;
import io.nextscale.training.learner.TokenBatches;
import io.nextscale.training.learner.TrainingPictures;
import io.nextscale.training.learner.VarLearner;
import io.nextscale.training.settings.Preset;
import io.nextscale.training.settings.VarSettings;
import io.nextscale.var.text.WordPieces;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a transformer of tokens in raster order. */
@Command(
    name = "raster",
    sortOptions = false,
    abbreviateSynopsis = true,
    mixinStandardHelpOptions = true,
    modelTransformer = SettingsFlags.OfVar.class,
    description =
        "Train a transformer that makes the tokens of one grid row by row, to compare next-scale"
            + " prediction with.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TrainRasterCommand implements Callable<Integer> {

  @Mixin private TrainingOptions training;

  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description =
          TokenizerFile.DESCRIPTION
              + "; of a tokenizer of several grids the last is taken alone, so better one of"
              + " 'nextscale train tokenizer' with a single side under --scales.")
  private @Nullable Path tokenizer;

  @Option(
      names = "--recompute",
      description = "Compute blocks again on the way back: less memory, more time, same results.")
  private boolean recompute;

  @Mixin private ComputeOptions compute;

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    VarSettings settings = training.settings("raster", VarSettings.class, Preset::var, Map.of());
    if (training.shows(settings)) {
      return 0;
    }
    Path folder = training.run();
    String data = training.data();
    training.plan(settings.optimizer().steps());
    Json.Obj existing = training.existing();
    TokenizerFile file = TokenizerFile.of(training.file(tokenizer, TokenizerFile.NAME));
    Backend backend = compute.backend();
    VqVae vae = grid(file.load());
    TrainVarCommand.checkSize(vae, settings.pictures());
    String fingerprint = file.sha256();
    try (TrainingPictures pictures = TrainingOptions.open(data, settings.pictures())) {
      TrainVarCommand.checkCondition(pictures, settings.readsText());
      WordPieces words =
          TrainVarCommand.words(
              pictures, settings.readsText(), settings.model().words(), existing, null);
      Map<String, Json> further = new LinkedHashMap<>();
      further.put(TokenizerFile.NAME, file.describe(existing));
      if (words != null) {
        further.put(TrainVarCommand.WORDS, Json.parse(TrainVarCommand.WORDS, words.write()));
      }
      try (TrainingRun run =
          TrainingRun.open(
              folder, TrainingOptions.describe("raster", pictures, settings, further))) {
        verbosity.tell(pictures.training().describe());
        verbosity.tellMore(backend.describe());
        TokenBatches batches =
            TokenBatches.of(training.batches(pictures, settings.optimizer(), verbosity), vae);
        VarLearner.Subject subject =
            new VarLearner.Subject(vae, fingerprint, words, pictures.classes(), pictures.shapes());
        VarLearner learner =
            VarLearner.raster(
                settings, subject, batches, training.validation(pictures, verbosity), recompute);
        return training.train(run, learner, settings.optimizer().steps(), verbosity);
      }
    }
  }

  private VqVae grid(VqVae vae) {
    int grids = vae.config().scales().count();
    if (grids == 1) {
      return vae;
    }
    verbosity.tell(
        "a tokenizer of %d grids: its last, %s, alone — one trained with --scales %d says more with it"
            .formatted(grids, vae.config().scales().last(), vae.config().scales().last().height()));
    return RasterOrder.lastGrid(vae);
  }
}
