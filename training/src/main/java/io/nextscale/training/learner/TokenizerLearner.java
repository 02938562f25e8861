package io.nextscale.training.learner;

import io.nextscale.data.Batch;
import io.nextscale.data.Batches;
import io.nextscale.image.RgbImage;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.shapes.Grammar;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.training.Learner;
import io.nextscale.training.PeakMemory;
import io.nextscale.training.settings.Settings;
import io.nextscale.training.settings.TokenizerSettings;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeMetadata;
import io.nextscale.vqvae.training.Lpips;
import io.nextscale.vqvae.training.ScaleUse;
import io.nextscale.vqvae.training.TokenizerQuality;
import io.nextscale.vqvae.training.TokenizerTrainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Learns a tokenizer.
 *
 * <p>Numbers of a step: {@code loss} and its parts, {@code rate}, {@code norm} of the gradients,
 * and for each scale {@code usage.4x4}, percent of the codes in use, and {@code perplexity.4x4}.
 * Numbers of an evaluation: {@code l1}, {@code l2}, {@code psnr}, {@code ssim}, {@code lpips},
 * {@code quantization}, {@code codes} and {@code perplexity.4x4} of the measured batches, and for
 * the shapes world {@code right}, the percentage of reconstructions that still show what their
 * captions ask for, by task as well.
 */
public final class TokenizerLearner implements Learner {

  /** Pairs on a sheet. */
  private static final int SHOWN = 16;

  private final TokenizerSettings settings;
  private final Batches batches;
  private final List<Batch> validation;
  private final boolean shapes;
  private final @Nullable Lpips perceptual;
  private final VqVae vae;
  private final Parameters parameters;
  private final TokenizerTrainer trainer;
  private Averages averages;

  /**
   * A learner at the beginning of its training.
   *
   * @param batches of the size in the settings
   * @param validation pictures to measure on, perhaps none
   * @param shapes whether they are of the shapes world, to be judged by its checker
   * @param perceptual needed where the settings give it a weight
   */
  public TokenizerLearner(
      TokenizerSettings settings,
      Batches batches,
      List<Batch> validation,
      boolean shapes,
      @Nullable Lpips perceptual) {
    this.settings = settings;
    this.batches = batches;
    this.validation = List.copyOf(validation);
    this.shapes = shapes;
    this.perceptual = perceptual;
    RandomStream random = RandomStream.of(settings.optimizer().seed()).split("tokenizer");
    try {
      var config = settings.model().config();
      vae = VqVae.load(VqVae.initial(config, random), config, Loading.forTraining());
    } catch (IOException e) { // nothing is read from anywhere
      throw new UncheckedIOException(e);
    }
    parameters = vae.parameters();
    trainer = new TokenizerTrainer(vae, settings.training(), perceptual);
    averages = new Averages(parameters, settings.optimizer().ema());
  }

  /**
   * Begins with the weights of a file instead of drawn ones.
   *
   * @throws IOException when it cannot be read, or holds a tokenizer of other sizes
   */
  public void begin(TensorFile file) throws IOException {
    parameters.load(VqVae.part(Checkpoint.of(file)), Loading.forTraining());
    averages = new Averages(parameters, settings.optimizer().ema());
  }

  /** The tokenizer that is trained. */
  public VqVae tokenizer() {
    return vae;
  }

  @Override
  public SequencedMap<String, Double> step(int iteration) {
    Tensor images = batch(batches, iteration).images();
    TokenizerTrainer.Report report = trainer.step(iteration, images);
    averages.update(report.gradientNorm());
    SequencedMap<String, Double> numbers = new LinkedHashMap<>();
    numbers.put(LOSS, report.loss());
    numbers.put("l1", report.l1());
    numbers.put("l2", report.l2());
    if (perceptual != null) {
      numbers.put("lpips", report.lpips());
    }
    if (report.quantized()) {
      numbers.put("quantization", report.quantization());
    }
    numbers.put("rate", report.learningRate());
    putKnown(numbers, "norm", report.gradientNorm());
    if (report.quantized()) {
      Scales scales = vae.config().scales();
      for (int s = 0; s < scales.count(); s++) {
        ScaleUse use = report.scales().get(s);
        numbers.put("usage." + scales.name(s), use.percent());
        numbers.put("perplexity." + scales.name(s), use.perplexity());
      }
      numbers.put("restarted", (double) report.restarted());
    }
    TokenizerTrainer.Opposition adversary = report.adversary();
    if (adversary != null) {
      numbers.put("adversary", adversary.loss());
      numbers.put("adversary.weight", adversary.weight());
      numbers.put("discriminator", adversary.discriminatorLoss());
      numbers.put("discriminator.real", adversary.real());
      numbers.put("discriminator.made", adversary.made());
      putKnown(numbers, "discriminator.norm", adversary.gradientNorm());
    }
    return numbers;
  }

  /** A batch whose reading may fail. */
  static Batch batch(Batches batches, int iteration) {
    try {
      return batches.batch(iteration);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void putKnown(Map<String, Double> numbers, String name, double value) {
    if (!Double.isNaN(value)) {
      numbers.put(name, value);
    }
  }

  @Override
  public SequencedMap<String, Double> evaluate(int iteration) {
    return averages.during(this::measured);
  }

  private SequencedMap<String, Double> measured() {
    SequencedMap<String, Double> means = new LinkedHashMap<>();
    ShapesJudge judge = new ShapesJudge();
    int all = validation.stream().mapToInt(Batch::size).sum();
    Scales scales = vae.config().scales();
    for (Batch batch : validation) {
      TokenizerQuality quality = TokenizerQuality.of(vae, batch.images(), perceptual);
      double share = (double) batch.size() / all;
      SequencedMap<String, Double> numbers = new LinkedHashMap<>();
      numbers.put("l1", quality.l1());
      numbers.put("l2", quality.l2());
      numbers.put("psnr", quality.psnr());
      putKnown(numbers, "ssim", quality.ssim());
      putKnown(numbers, "lpips", quality.lpips());
      numbers.put("quantization", quality.quantization());
      numbers.put("codes", (double) quality.codes());
      for (int s = 0; s < scales.count(); s++) {
        numbers.put("perplexity." + scales.name(s), quality.perplexities().get(s));
      }
      numbers.forEach((name, value) -> means.merge(name, share * value, Double::sum));
      if (shapes) {
        Tensor again = vae.reconstruct(vae.tokenize(batch.images()));
        judge.look(again, batch.captions().stream().map(Grammar::parse).toList());
      }
    }
    means.putAll(judge.percentages());
    return means;
  }

  @Override
  public SequencedMap<String, RgbImage> pictures(int iteration) {
    Batch from = validation.isEmpty() ? batch(batches, iteration) : validation.getFirst();
    Tensor images = from.images().slice(0, 0, Math.min(SHOWN, from.size()));
    SequencedMap<String, RgbImage> sheets = new LinkedHashMap<>();
    Tensor again = averages.during(() -> vae.reconstruct(vae.tokenize(images)));
    sheets.put("reconstructions", Sheets.pairs(Sheets.pictures(images), Sheets.pictures(again)));
    return sheets;
  }

  @Override
  public SequencedMap<String, Tensor> state() {
    return averages.beside(trainer.state());
  }

  @Override
  public void restore(Checkpoint state) throws IOException {
    trainer.restore(Averages.trainer(state));
    averages.restore(state);
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public Checkpoint exported() {
    return averages.exported("the trained tokenizer");
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> header = new LinkedHashMap<>(VqVaeMetadata.of(vae.config()));
    header.put("format", "pt");
    header.put("nextscale.settings", Settings.json(settings).write());
    return header;
  }

  /** Not with a discriminator: what it sees is changed picture by picture, each in its own way. */
  @Override
  public Optional<PeakMemory> memory() {
    int last = settings.optimizer().lastComplete(); // codes take part
    if (settings.adversary().discriminator() > 0 || last < 0) {
      return Optional.empty();
    }
    Tensor images = batch(batches, 0).images();
    trainer.step(last, few(images, 1)); // gradients of an earlier batch do not wait any more
    return Optional.of(
        PeakMemory.forecast(
            List.of(parameters),
            List.of(),
            averages.kept(),
            settings.optimizer().accumulate(),
            settings.optimizer().batch(),
            count -> trainer.step(last, few(images, count))));
  }

  /** So many images, which may be more than there are. */
  private static Tensor few(Tensor images, int count) {
    return images.shape().dim(0) >= count
        ? images.slice(0, 0, count)
        : Tensor.concat(0, images, images).slice(0, 0, count);
  }

  @Override
  public int batch() {
    return settings.optimizer().batch();
  }
}
