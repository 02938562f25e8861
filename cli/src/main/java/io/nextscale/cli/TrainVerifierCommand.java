package io.nextscale.cli;

import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.training.TrainingRun;
import io.nextscale.training.learner.VerifierLearner;
import io.nextscale.training.settings.Settings;
import io.nextscale.training.settings.VerifierSettings;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a verifier of the shapes world. */
@Command(
    name = "verifier",
    sortOptions = false,
    abbreviateSynopsis = true,
    mixinStandardHelpOptions = true,
    modelTransformer = SettingsFlags.OfVerifier.class,
    description = {
      "Train what a search scores pictures of the shapes world with:",
      "clip, how near a picture is to its caption; aesthetic, how clean a picture is, whatever it"
          + " shows; imagereward, which of two pictures would be preferred for a caption."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TrainVerifierCommand implements Callable<Integer> {

  private static final String NAME = "verifier";

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "KIND",
      description = "clip, aesthetic or imagereward (default: that of the run).")
  private @Nullable String kind;

  @Mixin private RunOptions.Alone training;

  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description =
          "Pictures go through this tokenizer, so that they look like those of a model of its"
              + " tokens (default: that of the run, else shapes, the one inside the program).")
  private @Nullable Path tokenizer;

  @Option(
      names = "--init",
      paramLabel = "FILE",
      description =
          "Begin with the weights of a verifier of this kind, a .safetensors (default: drawn).")
  private @Nullable Path init;

  @Mixin private ComputeOptions compute;

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    Json.Obj existing = training.existing(NAME);
    VerifierSettings settings = settings(existing);
    if (training.shows(settings)) {
      return 0;
    }
    Path folder = training.run();
    int steps = settings.optimizer().steps();
    training.plan(steps);
    Path given = training.file(tokenizer, TokenizerFile.NAME);
    TokenizerFile file = TokenizerFile.of(given == null ? WeightSource.EMBEDDED : given);
    Backend backend = compute.backend();
    VqVae vae = file.load();
    SequencedMap<String, Json> all = new LinkedHashMap<>();
    all.put(RunOptions.KIND, new Json.Str(NAME));
    all.putAll(Settings.json(settings).members());
    all.put(TokenizerFile.NAME, file.describe(existing));
    Beginning beginning = Beginning.ofFile(training, init);
    VerifierLearner learner = learner(settings, vae);
    if (beginning != null) {
      beginning.use(learner::begin);
      all.put(Beginning.NAME, beginning.describe(existing));
    }
    try (TrainingRun run = TrainingRun.open(folder, new Json.Obj(all))) {
      verbosity.tellMore(backend.describe());
      return training.train(run, learner, steps, verbosity);
    }
  }

  private VerifierSettings settings(Json.@Nullable Obj existing) throws IOException {
    VerifierSettings base;
    if (existing != null) {
      base = Settings.parse(training.run().toString(), existing, VerifierSettings.class);
      if (kind != null && kind() != base.kind()) {
        throw new UsageException(
            "--run: the folder of a run of 'train verifier %s'; got %s, of 'train verifier %s' — name another folder"
                .formatted(kind, training.run(), base.kind().word()));
      }
    } else {
      base = VerifierSettings.of(kind());
    }
    return Settings.with(base, SettingsFlags.given(spec, VerifierSettings.class));
  }

  private VerifierSettings.Kind kind() {
    return VerifierSettings.Kind.of(kind == null ? "none" : kind);
  }

  private static VerifierLearner learner(VerifierSettings settings, VqVae vae) {
    try {
      return new VerifierLearner(settings, vae);
    } catch (IllegalArgumentException e) { // pictures of another size
      throw new UsageException("--tokenizer", e);
    }
  }
}
