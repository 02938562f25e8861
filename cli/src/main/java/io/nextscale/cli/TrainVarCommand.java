package io.nextscale.cli;

import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.data.TokenShards;
import io.nextscale.pretrained.ShapesModel;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.training.TrainingRun;
import io.nextscale.training.learner.TokenBatches;
import io.nextscale.training.learner.TrainingPictures;
import io.nextscale.training.learner.VarLearner;
import io.nextscale.training.settings.OptimizerSettings;
import io.nextscale.training.settings.PictureSettings;
import io.nextscale.training.settings.Preset;
import io.nextscale.training.settings.VarSettings;
import io.nextscale.var.VarConfig;
import io.nextscale.var.text.WordPieces;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a transformer. */
@Command(
    name = "var",
    sortOptions = false,
    abbreviateSynopsis = true,
    mixinStandardHelpOptions = true,
    modelTransformer = SettingsFlags.OfVar.class,
    description = "Train a transformer on the tokens of a tokenizer.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TrainVarCommand implements Callable<Integer> {

  private static final String TOKENS = "tokens";
  static final String WORDS = "word_pieces";

  @Mixin private TrainingOptions training;

  @Option(names = "--tokenizer", paramLabel = "FILE", description = TokenizerFile.DESCRIPTION + ".")
  private @Nullable Path tokenizer;

  @Option(
      names = "--tokens",
      paramLabel = "FOLDER",
      description =
          "Tokens of the pictures of --data, from 'nextscale tokenize'; else pictures become tokens"
              + " in each step.")
  private @Nullable Path tokens;

  /** What pictures are made from. */
  static final class Conditioning {
    @Option(names = "--text", description = "Learn from captions: --condition text.")
    private boolean text;

    @Option(names = "--classes", description = "Learn from classes: --condition classes.")
    private boolean classes;
  }

  @ArgGroup private @Nullable Conditioning conditioning;

  @Option(
      names = "--init",
      paramLabel = "FILE",
      description =
          "Begin with the weights of a transformer of the same sizes, a .safetensors or .pth;"
              + " shapes: the one inside the program (default: drawn).")
  private @Nullable Path init;

  @Option(
      names = "--recompute",
      description = "Compute blocks again on the way back: less memory, more time, same results.")
  private boolean recompute;

  @Mixin private ComputeOptions compute;

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    VarSettings settings =
        training.settings(
            "var",
            VarSettings.class,
            Preset::var,
            conditioning == null
                ? Map.of()
                : Map.of("condition", conditioning.text ? VarSettings.TEXT : VarSettings.CLASSES));
    if (training.shows(settings)) {
      return 0;
    }
    Path folder = training.run();
    String data = training.data();
    training.plan(settings.optimizer().steps());
    TokenizerFile file = TokenizerFile.of(training.file(tokenizer, TokenizerFile.NAME));
    Backend backend = compute.backend();
    VqVae vae = file.load();
    checkSize(vae, settings.pictures());
    String fingerprint = file.sha256();
    try (TrainingPictures pictures = TrainingOptions.open(data, settings.pictures());
        TokenShards shards = shards(pictures, settings, fingerprint)) {
      checkCondition(pictures, settings.readsText());
      Json.Obj existing = training.existing();
      Beginning beginning = Beginning.of(training, init, ShapesModel.Part.TRANSFORMER);
      WordPieces words =
          words(pictures, settings.readsText(), settings.model().words(), existing, beginning);
      Map<String, Json> further = new LinkedHashMap<>();
      further.put(TokenizerFile.NAME, file.describe(existing));
      if (beginning != null) {
        VarConfig config =
            settings.config(
                vae.config(), pictures.classes().size(), words == null ? 0 : words.size());
        beginning.use(open -> VarLearner.requireBeginning(config, open));
        further.put(Beginning.NAME, beginning.describe(existing));
      }
      if (shards != null) {
        further.put(TOKENS, tokens(shards));
      }
      if (words != null) {
        further.put(WORDS, Json.parse(WORDS, words.write()));
      }
      try (TrainingRun run =
          TrainingRun.open(folder, TrainingOptions.describe("var", pictures, settings, further))) {
        verbosity.tell(pictures.training().describe());
        verbosity.tellMore(backend.describe());
        OptimizerSettings optimizer = settings.optimizer();
        TokenBatches batches =
            shards != null
                ? TokenBatches.of(shards, optimizer.batch(), optimizer.seed())
                : TokenBatches.of(training.batches(pictures, optimizer, verbosity), vae);
        VarLearner.Subject subject =
            new VarLearner.Subject(vae, fingerprint, words, pictures.classes(), pictures.shapes());
        VarLearner learner =
            new VarLearner(
                settings, subject, batches, training.validation(pictures, verbosity), recompute);
        if (beginning != null) {
          beginning.use(learner::begin);
        }
        return training.train(run, learner, settings.optimizer().steps(), verbosity);
      }
    }
  }

  /** Pictures have the size of the tokenizer. */
  static void checkSize(VqVae vae, PictureSettings pictures) {
    if (vae.config().imageHeight() != pictures.size()) {
      throw new UsageException(
          "--size: %d pixels, those of the tokenizer; got %d — give --size %1$d, or name another tokenizer"
              .formatted(vae.config().imageHeight(), pictures.size()));
    }
  }

  /** The tokens to learn from, or null where pictures become tokens in each step. */
  private @Nullable TokenShards shards(
      TrainingPictures pictures, VarSettings settings, String fingerprint) throws IOException {
    Path folder = tokens != null ? tokens : tokensOf(training.existing());
    if (folder == null) {
      return null;
    }
    try {
      TokenShards shards = TokenShards.open(folder);
      try {
        shards.require(fingerprint);
        require("pictures", shards.set().source(), pictures.training().describe());
        require("size", shards.set().preprocess(), settings.pictures().evaluation().toString());
        return shards;
      } catch (Throwable failure) {
        shards.close();
        throw failure;
      }
    } catch (IOException e) {
      throw new UsageException("--tokens", e);
    }
  }

  private static void require(String what, String of, String wanted) {
    if (!of.equals(wanted)) {
      throw new UsageException(
          "--tokens: tokens of the same %s as the training, '%s'; got those of '%s' — tokenize with the same --preset and flags"
              .formatted(what, wanted, of));
    }
  }

  private static @Nullable Path tokensOf(Json.@Nullable Obj existing) {
    return existing != null
            && existing.at(TOKENS, "folder").orElse(null) instanceof Json.Str(String folder)
        ? Path.of(folder)
        : null;
  }

  private Json tokens(TokenShards shards) throws IOException {
    Path known = tokensOf(training.existing());
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("folder", String.valueOf(known != null ? known : tokens));
    values.put("pictures", shards.size());
    return Json.of(values);
  }

  /** Pictures have what the transformer is to learn from, captions or classes. */
  static void checkCondition(TrainingPictures pictures, boolean readsText) throws IOException {
    boolean classes = !pictures.classes().isEmpty();
    if (readsText && !pictures.captioned()) {
      throw new UsageException(
          "--text: pictures with captions; got none — "
              + (classes
                  ? "learn from their classes with --classes"
                  : "put name.txt beside name.png, or name a list .jsonl"));
    }
    if (!readsText && !classes) {
      throw new UsageException(
          "--classes: pictures with classes; got none — "
              + (pictures.captioned()
                  ? "learn from their captions with --text"
                  : "put them into a folder per class"));
    }
  }

  /**
   * The vocabulary of the run, else that of the first weights, else one that is learnt from the
   * captions; null for a model that reads none.
   *
   * @param most how many pieces are learnt
   */
  static @Nullable WordPieces words(
      TrainingPictures pictures,
      boolean readsText,
      int most,
      Json.@Nullable Obj existing,
      @Nullable Beginning beginning)
      throws IOException {
    if (!readsText) {
      return null;
    }
    Json before = existing == null ? null : existing.members().get(WORDS);
    if (before != null) {
      return WordPieces.parse("run.json, " + WORDS, before.write());
    }
    if (beginning != null) {
      return beginning.read(WordPieces::of);
    }
    try {
      return pictures.words(most);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--words", e);
    }
  }
}
