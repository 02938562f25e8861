package io.nextscale.training.learner;

import io.nextscale.baselines.raster.RasterGenerator;
import io.nextscale.baselines.raster.RasterOrder;
import io.nextscale.baselines.raster.RasterSampling;
import io.nextscale.data.Batch;
import io.nextscale.data.TokenBatch;
import io.nextscale.image.RgbImage;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.training.Learner;
import io.nextscale.training.PeakMemory;
import io.nextscale.training.settings.Settings;
import io.nextscale.training.settings.VarSettings;
import io.nextscale.var.Condition;
import io.nextscale.var.Generator;
import io.nextscale.var.Reading;
import io.nextscale.var.Training;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.var.VarMetadata;
import io.nextscale.var.VarTrainer;
import io.nextscale.var.text.WordPieces;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Learns a transformer on the tokens of a tokenizer that stays as it is.
 *
 * <p>Numbers of a step: {@code loss}, {@code rate}, {@code norm} of the gradients; in progressive
 * training also {@code scales}. Numbers of an evaluation: {@code L_mean} and {@code L_tail}, the
 * cross-entropy of all tokens and of those of the last scale, {@code L.4x4} the same of each,
 * {@code acc_mean} and {@code acc_tail}, the percentage of tokens whose largest logit is right, and
 * for the shapes world {@code right}, the percentage of made pictures that show what their captions
 * ask for, by task as well.
 */
public final class VarLearner implements Learner {

  /** What stands for the classes in the file of a transformer. */
  private static final String CLASSES = "class_emb.weight";

  /** Pictures on a sheet. */
  private static final int SHOWN = 48;

  /** What a transformer reads. */
  public record Subject(
      VqVae tokenizer,
      String fingerprint,
      @Nullable WordPieces pieces,
      List<String> classes,
      boolean shapes) {

    /**
     * What a transformer reads.
     *
     * @param tokenizer makes its tokens
     * @param fingerprint SHA-256 of the file of the tokenizer
     * @param pieces the vocabulary of its captions; null where classes are the condition
     * @param classes the names of the classes
     * @param shapes whether pictures are of the shapes world, to be judged by its checker
     */
    public Subject {
      classes = List.copyOf(classes);
    }
  }

  private final VarSettings settings;
  private final Subject subject;
  private final @Nullable RasterOrder raster;
  private final TokenBatches batches;
  private final List<TokenBatch> validation;
  private final Samples samples;
  private final Conditions conditions;
  private final Var model;
  private final Parameters parameters;
  private final VarTrainer trainer;

  /** For forecasts: the same trainer, which computes a batch as a whole. */
  private final Supplier<VarTrainer> whole;

  private Averages averages;

  /** Pictures of the present weights, once they were made. */
  private @Nullable Tensor made;

  /**
   * A learner at the beginning of its training.
   *
   * @param batches of the size in the settings
   * @param validation pictures to measure on, perhaps none
   * @param recompute whether blocks run again on the way back, which saves memory
   */
  public VarLearner(
      VarSettings settings,
      Subject subject,
      TokenBatches batches,
      List<Batch> validation,
      boolean recompute) {
    this(settings, subject, batches, validation, recompute, null);
  }

  /**
   * A learner of tokens in raster order: see {@link RasterOrder}. The settings of scales (their
   * weights, progressive training) have one token each to say something about.
   *
   * @throws IllegalArgumentException when the tokenizer has more than one grid
   */
  public static VarLearner raster(
      VarSettings settings,
      Subject subject,
      TokenBatches batches,
      List<Batch> validation,
      boolean recompute) {
    RasterOrder order = new RasterOrder(subject.tokenizer());
    return new VarLearner(settings, subject, batches, validation, recompute, order);
  }

  private VarLearner(
      VarSettings settings,
      Subject subject,
      TokenBatches batches,
      List<Batch> validation,
      boolean recompute,
      @Nullable RasterOrder raster) {
    this.settings = settings;
    this.subject = subject;
    this.raster = raster;
    this.batches = batches;
    VqVae tokenizer = subject.tokenizer();
    this.validation = validation.stream().map(batch -> TokenBatches.of(batch, tokenizer)).toList();
    WordPieces pieces = subject.pieces();
    conditions = new Conditions(pieces, settings.model().textLength());
    int count = Math.max(SHOWN, settings.sampling().judged());
    samples =
        subject.shapes()
            ? Samples.ofShapes(count, conditions)
            : pieces == null
                ? Samples.ofClasses(count, subject.classes().size())
                : Samples.of(count, conditions, captions());
    VarConfig sizes =
        settings.config(
            tokenizer.config(), subject.classes().size(), pieces == null ? 0 : pieces.size());
    VarConfig config = raster == null ? sizes : raster.config(sizes);
    RandomStream random = RandomStream.of(settings.optimizer().seed()).split("var");
    try {
      Checkpoint initial = settings.initialization().checkpoint(config, random);
      model = Var.load(initial, config, Loading.forTraining());
    } catch (IOException e) { // nothing is read from anywhere
      throw new UncheckedIOException(e);
    }
    parameters = model.parameters();
    Reading reading = raster == null ? Reading.of(tokenizer, config) : raster;
    Training training = settings.training(recompute);
    trainer = new VarTrainer(model, reading, training);
    whole = () -> new VarTrainer(model, reading, training.withSlices(1));
    averages = new Averages(parameters, settings.optimizer().ema());
  }

  /** The transformer that is trained. */
  public Var model() {
    return model;
  }

  /**
   * Begins with the weights of a file instead of drawn ones, for training on. Embeddings of another
   * number of classes are left as they were drawn.
   *
   * @throws IOException when it is no transformer of the same sizes, or cannot be read
   */
  public void begin(TensorFile file) throws IOException {
    fill(parameters, file);
    averages = new Averages(parameters, settings.optimizer().ema());
    made = null;
  }

  /**
   * Refuses a file that no transformer of a configuration can {@link #begin} with.
   *
   * @throws IOException when it is no transformer of the same sizes, or cannot be read
   */
  public static void requireBeginning(VarConfig config, TensorFile file) throws IOException {
    fill(Var.declared(config).parameters(), file);
  }

  private static void fill(Parameters parameters, TensorFile file) throws IOException {
    Checkpoint part = Var.part(Checkpoint.of(file));
    Loading how = Loading.forTraining();
    Shape own = parameters.shapes().get(CLASSES);
    Shape theirs = part.shapes().get(CLASSES);
    boolean others = own != null && theirs != null && !own.equals(theirs);
    parameters.load(part, others ? how.keeping(CLASSES) : how);
  }

  /** Those of pictures to measure on, else of the first batch. */
  private List<String> captions() {
    return validation.isEmpty()
        ? batch(0).captions()
        : validation.stream().flatMap(batch -> batch.captions().stream()).toList();
  }

  private TokenBatch batch(int iteration) {
    try {
      return batches.batch(iteration);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public SequencedMap<String, Double> step(int iteration) {
    made = null;
    TokenBatch batch = batch(iteration);
    VarTrainer.Report report = trainer.step(iteration, pyramid(batch), condition(batch));
    averages.update(report.gradientNorm());
    SequencedMap<String, Double> numbers = new LinkedHashMap<>();
    numbers.put(LOSS, report.loss());
    numbers.put("rate", report.learningRate());
    TokenizerLearner.putKnown(numbers, "norm", report.gradientNorm());
    if (settings.progressive().progressive() > 0) {
      numbers.put("scales", report.lastScale() + 1.0);
      numbers.put("newest_weight", report.newestWeight());
    }
    return numbers;
  }

  private Condition condition(TokenBatch batch) {
    return conditions.of(batch.captions(), batch.labels());
  }

  private TokenPyramid pyramid(TokenBatch batch) {
    return TokenPyramid.of(model.config().scales(), batch.tokens().toInts());
  }

  @Override
  public SequencedMap<String, Double> evaluate(int iteration) {
    return averages.during(this::measured);
  }

  private SequencedMap<String, Double> measured() {
    SequencedMap<String, Double> means = new LinkedHashMap<>();
    int all = validation.stream().mapToInt(batch -> batch.labels().length).sum();
    for (TokenBatch batch : validation) {
      VarTrainer.Evaluation measured = trainer.evaluate(pyramid(batch), condition(batch));
      double share = (double) measured.images() / all;
      means.merge("L_mean", share * measured.lossMean(), Double::sum);
      means.merge("L_tail", share * measured.lossTail(), Double::sum);
      means.merge("acc_mean", share * measured.accuracyMean(), Double::sum);
      means.merge("acc_tail", share * measured.accuracyTail(), Double::sum);
      Scales scales = model.config().scales();
      for (int s = 0; s < scales.count(); s++) {
        String name = "L." + scales.name(s);
        means.merge(name, share * measured.lossByScale().get(s), Double::sum);
      }
    }
    if (!samples.prompts().isEmpty() && settings.sampling().judged() > 0) {
      ShapesJudge judge = new ShapesJudge();
      judge.look(made(), samples.prompts());
      means.putAll(judge.percentages());
    }
    return means;
  }

  /** The held-out pictures one by one, in their order; with averaged weights where there are. */
  public List<VarTrainer.Evaluation> evaluateEach() {
    return averages.during(() -> {
      List<VarTrainer.Evaluation> each = new ArrayList<>();
      for (TokenBatch batch : validation) {
        TokenPyramid tokens = pyramid(batch);
        Condition condition = condition(batch);
        for (int i = 0; i < batch.labels().length; i++) {
          each.add(trainer.evaluate(tokens.image(i), condition.select(i)));
        }
      }
      return each;
    });
  }

  private RasterGenerator generator(RasterOrder order) {
    VarSettings.Sampling how = settings.sampling();
    RasterSampling settings = new RasterSampling(how.guidance(), 1, how.topK(), how.topP());
    return new RasterGenerator(model, order, settings);
  }

  /** The same pictures are judged and shown. */
  private Tensor made() {
    Tensor known = made;
    if (known == null) {
      known =
          raster == null
              ? samples.make(new Generator(model, subject.tokenizer()), settings.sampling())
              : samples.make(generator(raster)::images);
      made = known;
    }
    return known;
  }

  @Override
  public SequencedMap<String, RgbImage> pictures(int iteration) {
    Tensor made = averages.during(this::made);
    SequencedMap<String, RgbImage> sheets = new LinkedHashMap<>();
    sheets.put("samples", Sheets.of(Sheets.pictures(made)));
    return sheets;
  }

  @Override
  public SequencedMap<String, Tensor> state() {
    return averages.beside(trainer.state());
  }

  @Override
  public void restore(Checkpoint state) throws IOException {
    made = null;
    trainer.restore(Averages.trainer(state));
    averages.restore(state);
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public Checkpoint exported() {
    return averages.exported("the trained transformer");
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> header = new LinkedHashMap<>();
    header.put("format", "pt");
    header.putAll(VqVaeMetadata.of(subject.tokenizer().config()));
    VarMetadata own =
        new VarMetadata(
            model.config().heads(), subject.pieces(), subject.classes(), subject.fingerprint());
    header.putAll(own.text());
    if (raster != null) {
      header.putAll(RasterOrder.METADATA);
    }
    header.put("nextscale.settings", Settings.json(settings).write());
    return header;
  }

  @Override
  public Optional<PeakMemory> memory() {
    int last = settings.optimizer().lastComplete(); // with all scales
    if (last < 0) {
      return Optional.empty();
    }
    made = null;
    TokenBatch batch = batch(0);
    VarTrainer measured = whole.get();
    return Optional.of(
        PeakMemory.forecast(
                List.of(parameters),
                List.of(subject.tokenizer().parameters()),
                averages.kept(),
                settings.optimizer().accumulate(),
                settings.optimizer().batch(),
                count -> measured.step(last, repeated(batch, count), conditions(batch, count)))
            .inSlices(settings.computation().slices()));
  }

  /** The first picture again and again. */
  private TokenPyramid repeated(TokenBatch batch, int count) {
    TokenPyramid first = pyramid(batch).image(0);
    Tensor[] rows = new Tensor[count];
    Arrays.fill(rows, first.sequence());
    return TokenPyramid.of(first.scales(), Tensor.concat(0, rows).toInts());
  }

  private Condition conditions(TokenBatch batch, int count) {
    return condition(batch).select(new int[count]);
  }

  @Override
  public int batch() {
    return settings.optimizer().batch();
  }
}
