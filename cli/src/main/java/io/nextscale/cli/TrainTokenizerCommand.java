package io.nextscale.cli;

import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.data.Batches;
import io.nextscale.data.TokenSet;
import io.nextscale.pretrained.ShapesModel;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.training.TrainingRun;
import io.nextscale.training.learner.TokenizerLearner;
import io.nextscale.training.learner.TrainingPictures;
import io.nextscale.training.settings.Preset;
import io.nextscale.training.settings.TokenizerSettings;
import io.nextscale.vqvae.training.Lpips;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a tokenizer. */
@Command(
    name = "tokenizer",
    sortOptions = false,
    abbreviateSynopsis = true,
    mixinStandardHelpOptions = true,
    modelTransformer = SettingsFlags.OfTokenizer.class,
    description = "Train a tokenizer: pictures to a pyramid of tokens and back.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TrainTokenizerCommand implements Callable<Integer> {

  private static final String TRUNK = "lpips";
  private static final String LINEAR = "lpips_linear";

  @Mixin private TrainingOptions training;

  @Option(
      names = "--init",
      paramLabel = "FILE",
      description =
          "Begin with the weights of a trained tokenizer of the same sizes, instead of drawn ones.")
  private @Nullable Path init;

  @Option(
      names = "--lpips",
      paramLabel = "FILE",
      description = "VGG-16 of torchvision, vgg16-397923af.pth, for a perceptual loss.")
  private @Nullable Path trunk;

  @Option(
      names = "--lpips-linear",
      paramLabel = "FILE",
      description = "The linear layers of LPIPS v0.1 for it, vgg.pth.")
  private @Nullable Path linear;

  @Mixin private ComputeOptions compute;

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    TokenizerSettings settings =
        training.settings("tokenizer", TokenizerSettings.class, Preset::tokenizer, Map.of());
    if (training.shows(settings)) {
      return 0;
    }
    Path folder = training.run();
    String data = training.data();
    training.plan(settings.optimizer().steps());
    Backend backend = compute.backend();
    Map<String, Json> files = new LinkedHashMap<>();
    Lpips perceptual = perceptual(settings, files);
    Beginning beginning = beginning(settings);
    if (beginning != null) {
      files.put(Beginning.NAME, beginning.describe(training.existing()));
    }
    try (TrainingPictures pictures = TrainingOptions.open(data, settings.pictures());
        TrainingRun run =
            TrainingRun.open(
                folder, TrainingOptions.describe("tokenizer", pictures, settings, files))) {
      verbosity.tell(pictures.training().describe());
      verbosity.tellMore(backend.describe());
      Batches batches = training.batches(pictures, settings.optimizer(), verbosity);
      TokenizerLearner learner =
          new TokenizerLearner(
              settings,
              batches,
              training.validation(pictures, verbosity),
              pictures.shapes(),
              perceptual);
      if (beginning != null) {
        beginning.use(learner::begin);
      }
      return training.train(run, learner, settings.optimizer().steps(), verbosity);
    }
  }

  /** What the weights begin with, or null where they are drawn. */
  private @Nullable Beginning beginning(TokenizerSettings settings) throws IOException {
    Beginning beginning = Beginning.of(training, init, ShapesModel.Part.TOKENIZER);
    if (beginning == null && settings.codebook().frozen()) {
      throw new UsageException(
          "--frozen: a trained tokenizer to begin with; got none — name one with --init");
    }
    return beginning;
  }

  private @Nullable Lpips perceptual(TokenizerSettings settings, Map<String, Json> files)
      throws IOException {
    Path vgg = training.file(trunk, TRUNK);
    Path layers = training.file(linear, LINEAR);
    if (vgg == null || layers == null) {
      if (settings.loss().lpipsWeight() > 0 || vgg != null || layers != null) {
        throw new UsageException(
            "%s: a file for the perceptual loss of weight %s; got none — name both --lpips and --lpips-linear, or set --lpips-weight 0"
                .formatted(
                    vgg == null ? "--lpips" : "--lpips-linear", settings.loss().lpipsWeight()));
      }
      return null;
    }
    try {
      Json.Obj existing = training.existing();
      files.put(TRUNK, RunOptions.file(vgg, TokenSet.fingerprint(vgg), existing, TRUNK));
      files.put(LINEAR, RunOptions.file(layers, TokenSet.fingerprint(layers), existing, LINEAR));
      return Lpips.load(vgg, layers);
    } catch (IOException e) {
      throw new UsageException("--lpips, --lpips-linear", e);
    }
  }
}
