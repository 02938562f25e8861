package io.nextscale.training.learner;

import io.nextscale.baselines.diffusion.Betas;
import io.nextscale.baselines.diffusion.Diffusion;
import io.nextscale.baselines.diffusion.DiffusionSampling;
import io.nextscale.baselines.diffusion.Dit;
import io.nextscale.baselines.diffusion.DitConfig;
import io.nextscale.baselines.diffusion.DitMetadata;
import io.nextscale.baselines.diffusion.DitTrainer;
import io.nextscale.baselines.diffusion.Latents;
import io.nextscale.baselines.diffusion.PictureSpace;
import io.nextscale.data.Batch;
import io.nextscale.data.Batches;
import io.nextscale.image.RgbImage;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.training.Learner;
import io.nextscale.training.PeakMemory;
import io.nextscale.training.settings.DitSettings;
import io.nextscale.training.settings.Settings;
import io.nextscale.var.Condition;
import io.nextscale.var.VarMetadata;
import io.nextscale.var.text.WordPieces;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Learns a diffusion transformer on maps of pictures.
 *
 * <p>Numbers of a step: {@code loss}, {@code mse}, the part that is the squared error of the noise,
 * {@code rate}, {@code norm} of the gradients. Numbers of an evaluation: {@code L} and {@code mse},
 * the same of pictures kept out, and for the shapes world {@code right}, the percentage of made
 * pictures that show what their captions ask for, by task as well.
 */
public final class DitLearner implements Learner {

  /** Pictures on a sheet. */
  private static final int SHOWN = 48;

  /** Batches that statistics of maps are measured on. */
  private static final int MEASURED = 16;

  /**
   * What a transformer learns.
   *
   * @param space where pictures are diffused
   * @param fingerprint SHA-256 of the file of the tokenizer; empty where there is none
   * @param pieces the vocabulary of its captions; null where classes are the condition
   * @param classes the names of the classes
   * @param shapes whether pictures are of the shapes world, to be judged by its checker
   */
  public record Subject(
      PictureSpace space,
      String fingerprint,
      @Nullable WordPieces pieces,
      List<String> classes,
      boolean shapes) {

    /** Copies the names. */
    public Subject {
      classes = List.copyOf(classes);
    }
  }

  private final DitSettings settings;
  private final Subject subject;
  private final Batches batches;
  private final List<Batch> validation;
  private final Samples samples;
  private final Conditions conditions;
  private final Diffusion process;
  private final Dit model;
  private final Parameters parameters;
  private final DitTrainer trainer;
  private Averages averages;

  /** Pictures of the present weights, once they were made. */
  private @Nullable Tensor made;

  /**
   * A learner at the beginning of its training.
   *
   * @param batches of the size in the settings
   * @param validation pictures to measure on, perhaps none
   */
  public DitLearner(
      DitSettings settings, Subject subject, Batches batches, List<Batch> validation) {
    this.settings = settings;
    this.subject = subject;
    this.batches = batches;
    this.validation = List.copyOf(validation);
    WordPieces pieces = subject.pieces();
    conditions = new Conditions(pieces, settings.model().textLength());
    samples = samples(Math.max(SHOWN, settings.sampling().judged()));
    process = settings.process().diffusion();
    DitConfig config =
        settings.config(
            subject.space(), subject.classes().size(), pieces == null ? 0 : pieces.size());
    RandomStream random = RandomStream.of(settings.optimizer().seed()).split("dit");
    try {
      model = Dit.load(Dit.initial(config, random), config, Loading.forTraining());
    } catch (IOException e) { // nothing is read from anywhere
      throw new UncheckedIOException(e);
    }
    parameters = model.parameters();
    trainer = new DitTrainer(model, process, settings.training());
    averages = new Averages(parameters, settings.optimizer().ema());
  }

  /**
   * Begins with the weights of a file instead of those drawn.
   *
   * @throws IOException when it is no diffusion transformer of the same sizes, or cannot be read;
   *     the learner is then of no use
   */
  public void begin(TensorFile file) throws IOException {
    parameters.load(Dit.part(Checkpoint.of(file)), Loading.forTraining());
    averages = new Averages(parameters, settings.optimizer().ema());
    made = null;
  }

  private Samples samples(int count) {
    if (subject.shapes()) {
      return Samples.ofShapes(count, conditions);
    }
    if (subject.pieces() == null) {
      return Samples.ofClasses(count, subject.classes().size());
    }
    List<String> captions =
        validation.isEmpty()
            ? TokenizerLearner.batch(batches, 0).captions()
            : validation.stream().flatMap(batch -> batch.captions().stream()).toList();
    return Samples.of(count, conditions, captions);
  }

  /** The maps of a tokenizer, with statistics of the first pictures of a training. */
  public static Latents latents(VqVae tokenizer, Batches batches) {
    List<Tensor> images = new ArrayList<>();
    for (int i = 0; i < MEASURED; i++) {
      images.add(TokenizerLearner.batch(batches, i).images());
    }
    return Latents.measured(tokenizer, images);
  }

  /** The transformer that is trained. */
  public Dit model() {
    return model;
  }

  @Override
  public SequencedMap<String, Double> step(int iteration) {
    made = null;
    Batch batch = TokenizerLearner.batch(batches, iteration);
    DitTrainer.Report report = trainer.step(iteration, maps(batch), condition(batch));
    averages.update(report.gradientNorm());
    SequencedMap<String, Double> numbers = new LinkedHashMap<>();
    numbers.put(LOSS, report.loss());
    numbers.put("mse", report.squared());
    numbers.put("rate", report.learningRate());
    TokenizerLearner.putKnown(numbers, "norm", report.gradientNorm());
    return numbers;
  }

  private Tensor maps(Batch batch) {
    return subject.space().encode(batch.images());
  }

  private Condition condition(Batch batch) {
    return conditions.of(batch.captions(), batch.labels());
  }

  @Override
  public SequencedMap<String, Double> evaluate(int iteration) {
    return averages.during(this::measured);
  }

  private SequencedMap<String, Double> measured() {
    SequencedMap<String, Double> means = new LinkedHashMap<>();
    int all = validation.stream().mapToInt(Batch::size).sum();
    for (Batch batch : validation) {
      DitTrainer.Evaluation measured = trainer.evaluate(maps(batch), condition(batch));
      double share = (double) batch.size() / all;
      means.merge("L", share * measured.loss(), Double::sum);
      means.merge("mse", share * measured.squared(), Double::sum);
    }
    if (!samples.prompts().isEmpty() && settings.sampling().judged() > 0) {
      ShapesJudge judge = new ShapesJudge();
      judge.look(made(), samples.prompts());
      means.putAll(judge.percentages());
    }
    return means;
  }

  /** The same pictures are judged and shown. */
  private Tensor made() {
    Tensor known = made;
    if (known == null) {
      DitSettings.Sampling how = settings.sampling();
      Diffusion steps = process.respaced(Math.min(process.steps(), how.samplingSteps()));
      known =
          samples.make((rows, seeds) ->
              new DiffusionSampling(
                      model.denoiser(rows, how.guidance()), steps, how.steps(), subject.space())
                  .generate(seeds));
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
    return averages.exported("the trained diffusion transformer");
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> header = new LinkedHashMap<>();
    header.put("format", "pt");
    VarMetadata common =
        new VarMetadata(
            model.config().heads(), subject.pieces(), subject.classes(), subject.fingerprint());
    DitSettings.Process own = settings.process();
    header.putAll(
        DitMetadata.of(common, Betas.named(own.betas()), own.noiseSteps(), subject.space()).text());
    header.put("nextscale.settings", Settings.json(settings).write());
    return header;
  }

  @Override
  public Optional<PeakMemory> memory() {
    int last = settings.optimizer().lastComplete();
    if (last < 0) {
      return Optional.empty();
    }
    made = null;
    Batch batch = TokenizerLearner.batch(batches, 0);
    Tensor first = maps(batch).slice(0, 0, 1);
    trainer.step(last, first, conditions(batch, 1)); // gradients before do not wait any more
    List<Parameters> frozen =
        subject.space() instanceof Latents latents
            ? List.of(latents.tokenizer().parameters())
            : List.of();
    return Optional.of(
        PeakMemory.forecast(
            List.of(parameters),
            frozen,
            averages.kept(),
            settings.optimizer().accumulate(),
            settings.optimizer().batch(),
            count -> trainer.step(last, repeated(first, count), conditions(batch, count))));
  }

  private static Tensor repeated(Tensor first, int count) {
    Tensor[] rows = new Tensor[count];
    Arrays.fill(rows, first);
    return Tensor.concat(0, rows);
  }

  private Condition conditions(Batch batch, int count) {
    return condition(batch).select(new int[count]);
  }

  @Override
  public int batch() {
    return settings.optimizer().batch();
  }
}
