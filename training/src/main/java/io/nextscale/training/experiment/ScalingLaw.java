package io.nextscale.training.experiment;

import io.nextscale.data.Batch;
import io.nextscale.data.TokenShards;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.io.AtomicFile;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.Plan;
import io.nextscale.training.ProgressListener;
import io.nextscale.training.TrainingRun;
import io.nextscale.training.learner.TokenBatches;
import io.nextscale.training.learner.VarLearner;
import io.nextscale.training.settings.Settings;
import io.nextscale.training.settings.VarSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;

/**
 * Transformers of several depths, trained on the same tokens for the same number of epochs, and
 * measured on the same held-out pictures.
 *
 * <pre>{@code
 * tokens/                 computed once, by the caller
 * depth-02/               a TrainingRun
 * depth-02/measured.json  how well the trained model does on each picture
 * depth-03/ …
 * }</pre>
 *
 * <p>A model that was measured is not trained again, one whose training was stopped goes on, and
 * further depths may be added later; so a set of models has the bits of one that was made in one
 * go. What follows of them is a {@link ScalingReport}.
 *
 * @param folder of the experiment
 * @param settings of all models
 * @param subject tokenizer and words, the same for all
 * @param pictures what the pictures are, for the settings of the runs
 * @param tokens to learn from
 * @param validation pictures to measure on
 */
public record ScalingLaw(
    Path folder,
    ScalingLawSettings settings,
    VarLearner.Subject subject,
    Json.Obj pictures,
    TokenShards tokens,
    List<Batch> validation) {

  /** The folder of the tokens in that of the experiment. */
  public static final String TOKENS = "tokens";

  private static final String MEASURED = "measured.json";

  /** Evaluations on the way, and checkpoints, of each training. */
  private static final int EVALUATIONS = 4;

  private static final int CHECKPOINTS = 20;

  /** Copies the batches. */
  public ScalingLaw {
    validation = List.copyOf(validation);
  }

  /** How long each training is and what it leaves on the way: no pictures. */
  public Plan plan() {
    int steps = settings.steps();
    return Plan.of(steps)
        .checkpoints(Math.max(1, steps / CHECKPOINTS), 2)
        .showing(Math.max(1, steps / EVALUATIONS), 0);
  }

  /** What is known of a depth already. */
  public Optional<Measured> measured(int depth) throws IOException {
    Path file = run(depth).resolve(MEASURED);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (TrainingRun run = TrainingRun.open(run(depth), describe(settings.model(depth)))) {
      String source = run.folder().getFileName() + "/" + MEASURED;
      Measured measured = Measured.parse(source, Json.parse(source, Files.readAllBytes(file)));
      if (measured.depth() != depth || measured.pictures() != held()) {
        throw new FileFormatException(
            source,
            "depth %d, measured on %d pictures".formatted(depth, held()),
            "depth %d, measured on %d".formatted(measured.depth(), measured.pictures()),
            "delete the file: the model is then measured again");
      }
      return Optional.of(measured);
    }
  }

  /**
   * Trains the model of a depth, or goes on with its training, and measures it.
   *
   * @param recompute whether blocks run again on the way back, which saves memory
   * @return nothing when it was cancelled; a checkpoint holds what is done
   */
  public Optional<Measured> train(
      int depth, boolean recompute, ProgressListener listener, BooleanSupplier cancelled)
      throws IOException {
    VarSettings own = settings.model(depth);
    try (TrainingRun run = TrainingRun.open(run(depth), describe(own))) {
      TokenBatches batches =
          TokenBatches.of(tokens, own.optimizer().batch(), own.optimizer().seed());
      VarLearner learner = new VarLearner(own, subject, batches, validation, recompute);
      if (run.train(learner, plan(), listener, cancelled) == TrainingRun.Outcome.CANCELLED) {
        return Optional.empty();
      }
      Parameters parameters = learner.parameters();
      Measured measured =
          Measured.of(
              depth,
              own.model().width(),
              counted(parameters),
              parameters.count(),
              learner.evaluateEach());
      String text = measured.json().write() + "\n";
      Path file = run.folder().resolve(MEASURED);
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
      listener.wrote(file);
      return Optional.of(measured);
    }
  }

  private Path run(int depth) {
    return folder.resolve("depth-%02d".formatted(depth));
  }

  private int held() {
    return validation.stream().mapToInt(Batch::size).sum();
  }

  /** The parameters of the blocks and of what conditions all blocks. */
  private static long counted(Parameters parameters) {
    return parameters.trained().entrySet().stream()
        .filter(
            one -> one.getKey().startsWith("blocks.") || one.getKey().startsWith("shared_ada_lin."))
        .mapToLong(one -> one.getValue().shape().size())
        .sum();
  }

  /** Everything that decides what a model learns. */
  private Json.Obj describe(VarSettings own) throws IOException {
    SequencedMap<String, Json> all = new LinkedHashMap<>();
    all.put("train", new Json.Str("scaling-law"));
    all.put("data", pictures);
    all.putAll(Settings.json(own).members());
    all.put("tokenizer", new Json.Str(subject.fingerprint()));
    all.put("tokens", new Json.Int(tokens.size()));
    if (subject.pieces() != null) {
      all.put("word_pieces", Json.parse("word_pieces", subject.pieces().write()));
    }
    return new Json.Obj(all);
  }
}
