package io.nextscale.cli;

import io.nextscale.baselines.diffusion.PictureSpace;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.data.Batches;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.training.TrainingRun;
import io.nextscale.training.learner.DitLearner;
import io.nextscale.training.learner.TrainingPictures;
import io.nextscale.training.settings.DitSettings;
import io.nextscale.training.settings.Preset;
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

/** Trains a diffusion transformer. */
@Command(
    name = "dit",
    sortOptions = false,
    abbreviateSynopsis = true,
    mixinStandardHelpOptions = true,
    modelTransformer = SettingsFlags.OfDit.class,
    description = "Train a diffusion transformer, to compare next-scale prediction with.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TrainDitCommand implements Callable<Integer> {

  private static final String PIXELS = "pixels";

  @Mixin private TrainingOptions training;

  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description = TokenizerFile.DESCRIPTION + ": the maps of its encoder are diffused.")
  private @Nullable Path tokenizer;

  @Option(names = "--pixels", description = "Diffuse the pictures themselves, without a tokenizer.")
  private boolean pixels;

  @Option(
      names = "--init",
      paramLabel = "FILE",
      description =
          "Begin with the weights of a diffusion transformer of the same sizes, a .safetensors or"
              + " .pt (default: drawn).")
  private @Nullable Path init;

  @Mixin private ComputeOptions compute;

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    DitSettings settings = training.settings("dit", DitSettings.class, Preset::dit, Map.of());
    if (training.shows(settings)) {
      return 0;
    }
    Path folder = training.run();
    String data = training.data();
    training.plan(settings.optimizer().steps());
    Json.Obj existing = training.existing();
    Path given = training.file(tokenizer, TokenizerFile.NAME);
    boolean wasPixels = existing != null && existing.members().containsKey(PIXELS);
    if ((given != null) == (pixels || (wasPixels && tokenizer == null))) {
      throw new UsageException(
          "--tokenizer, --pixels: one of them; got "
              + (given == null ? "neither" : "both")
              + " — make a tokenizer with 'nextscale train tokenizer'");
    }
    TokenizerFile file = given == null ? null : TokenizerFile.of(given);
    Backend backend = compute.backend();
    VqVae vae = file == null ? null : file.load();
    if (vae != null) {
      TrainVarCommand.checkSize(vae, settings.pictures());
    }
    String fingerprint = file == null ? "" : file.sha256();
    try (TrainingPictures pictures = TrainingOptions.open(data, settings.pictures())) {
      TrainVarCommand.checkCondition(pictures, settings.readsText());
      Beginning beginning = Beginning.ofFile(training, init);
      WordPieces words =
          TrainVarCommand.words(
              pictures, settings.readsText(), settings.model().words(), existing, beginning);
      Map<String, Json> further = new LinkedHashMap<>();
      if (file == null) {
        further.put(PIXELS, Json.of(true));
      } else {
        further.put(TokenizerFile.NAME, file.describe(existing));
      }
      if (words != null) {
        further.put(TrainVarCommand.WORDS, Json.parse(TrainVarCommand.WORDS, words.write()));
      }
      Batches batches = training.batches(pictures, settings.optimizer(), verbosity);
      PictureSpace space =
          vae == null
              ? new PictureSpace.Pixels(settings.pictures().size())
              : DitLearner.latents(vae, batches);
      DitLearner.Subject subject =
          new DitLearner.Subject(space, fingerprint, words, pictures.classes(), pictures.shapes());
      DitLearner learner = learner(settings, subject, batches, pictures);
      if (beginning != null) {
        beginning.use(learner::begin);
        further.put(Beginning.NAME, beginning.describe(existing));
      }
      try (TrainingRun run =
          TrainingRun.open(folder, TrainingOptions.describe("dit", pictures, settings, further))) {
        verbosity.tell(pictures.training().describe());
        verbosity.tellMore(backend.describe());
        return training.train(run, learner, settings.optimizer().steps(), verbosity);
      }
    }
  }

  private DitLearner learner(
      DitSettings settings, DitLearner.Subject subject, Batches batches, TrainingPictures pictures)
      throws IOException {
    try {
      return new DitLearner(settings, subject, batches, training.validation(pictures, verbosity));
    } catch (IllegalArgumentException e) { // sizes that do not fit each other
      throw new UsageException("--patch, --width, --heads", e);
    }
  }
}
