package io.nextscale.vqvae.training;

import io.nextscale.nn.AdamW;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.GradientClip;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Member;
import io.nextscale.nn.Observer;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.vqvae.CodeUsage;
import io.nextscale.vqvae.MultiScaleQuantizer.Quantized;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.training.TokenizerTraining.Codebook;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Trains a tokenizer on images.
 *
 * <p>One step: images become maps, codes, and images again; the loss tells how these differ and how
 * far the maps are from their codes; gradients are clipped; AdamW moves the parameters; codes that
 * nobody takes start again from time to time.
 *
 * <p>A step depends on what {@link #state} holds, the iteration and the images, and on nothing
 * else: training can stop after any step and go on elsewhere, bit for bit.
 *
 * <p>Source: Tian et al. 2024, section 3.2 and appendix; FoundationVision/vaex trainer.py @c08db77.
 */
public final class TokenizerTrainer {

  private static final double EPS = 1e-8;
  private static final String TOKENIZER = "tokenizer.";
  private static final String OPTIMIZER = "optimizer.";
  private static final String ACCUMULATED = "accumulated.";
  private static final String UPDATES = "usage.updates";
  private static final String TAKEN = "usage.taken";

  /**
   * What one batch did.
   *
   * @param loss the weighted sum
   * @param l1 mean |x̂ − x|
   * @param l2 mean (x̂ − x)²
   * @param quantization the quantizer's loss; 0 while maps are not quantised
   * @param quantized whether maps were quantised
   * @param gradientNorm before clipping; NaN where the batch did not complete a step
   * @param learningRate of the iteration
   * @param weightDecay of the iteration, for parameters that are decayed
   * @param scales the use of the codebook, per scale
   * @param restarted how many codes started again after the step
   */
  public record Report(
      double loss,
      double l1,
      double l2,
      double quantization,
      boolean quantized,
      double gradientNorm,
      double learningRate,
      double weightDecay,
      List<ScaleUse> scales,
      int restarted) {}

  /** What became of images on the way through the tokenizer. */
  private record Pass(Tensor image, Tensor quantization, @Nullable TokenPyramid tokens) {}

  private final VqVae vae;
  private final TokenizerTraining settings;
  private final Parameters parameters;
  private final AdamW optimizer;
  private final RandomStream random;
  private final ReconstructionLoss reconstruction;
  private final DeadCodes dead;
  private CodeUsage usage;
  private SequencedMap<Parameter, Tensor> accumulated = new LinkedHashMap<>();

  /**
   * A trainer that has made no step.
   *
   * @param vae loaded {@linkplain Loading#forTraining() for training}
   */
  public TokenizerTrainer(VqVae vae, TokenizerTraining settings) {
    this.vae = vae;
    this.settings = settings;
    this.parameters = vae.parameters();
    this.optimizer = new AdamW(decayed(parameters), settings.beta1(), settings.beta2(), EPS);
    this.random = RandomStream.of(settings.seed());
    this.reconstruction = new ReconstructionLoss(settings.weights());
    this.dead = new DeadCodes(vae.config().vocabulary());
    this.usage = new CodeUsage(vae.quantizer());
  }

  private static List<Parameter> decayed(Parameters parameters) {
    List<Parameter> decayed = new ArrayList<>();
    parameters
        .trained()
        .forEach((name, parameter) -> {
          if (decays(name, parameter.shape())) {
            decayed.add(parameter);
          }
        });
    return decayed;
  }

  /** Whether weight decay applies to a parameter: not to vectors, not to the codebook. */
  public static boolean decays(String name, Shape shape) {
    return shape.rank() != 1 && !name.contains("embedding");
  }

  /** What is trained. */
  public VqVae tokenizer() {
    return vae;
  }

  /**
   * Trains on a batch.
   *
   * @param iteration 0 .. iterations − 1
   * @param images (B,h,w,3) in [-1, 1]
   */
  public Report step(int iteration, Tensor images) {
    RandomStream own = random.split(iteration);
    Codebook care = settings.codebook();
    boolean quantized = iteration >= care.continuous();
    if (iteration == care.continuous() && care.fromData()) {
      CodebookStart.from(vae.quantizer(), vae.encode(images), own.split("codebook"));
    }
    int[] kept = kept(images.shape().dim(0), own.split("scales"));
    Pass[] pass = new Pass[1];
    ReconstructionLoss.Parts[] parts = new ReconstructionLoss.Parts[1];
    Gradients gradients =
        Gradients.of(() -> {
          pass[0] = quantized ? quantized(images, kept) : continuous(images);
          parts[0] = reconstruction.of(pass[0].image(), images);
          Tensor ofCodes = pass[0].quantization().times((float) settings.weights().quantization());
          return parts[0].sum().plus(ofCodes).times(1f / settings.accumulation());
        });
    parameters
        .gradients(gradients)
        .forEach((parameter, g) -> accumulated.merge(parameter, g, Tensor::plus));

    double rate = settings.schedule().learningRate(iteration);
    double decay = settings.schedule().weightDecay(iteration);
    double norm = Double.NaN;
    if ((iteration + 1) % settings.accumulation() == 0) {
      GradientClip clip = GradientClip.byNorm(accumulated, settings.clip());
      optimizer.step(clip.gradients(), rate, decay);
      accumulated = new LinkedHashMap<>();
      norm = clip.norm();
    }
    TokenPyramid tokens = pass[0].tokens();
    if (tokens != null) {
      usage.update(tokens);
      dead.count(tokens);
    }
    int restarted = restarts(iteration) ? restart(images, own.split("restart")) : 0;
    return new Report(
        (double) gradients.loss().item() * settings.accumulation(),
        parts[0].l1().item(),
        parts[0].l2().item(),
        pass[0].quantization().item(),
        quantized,
        norm,
        rate,
        decay,
        ScaleUse.of(usage, positions(images)),
        restarted);
  }

  private Pass quantized(Tensor images, int... kept) {
    Quantized q = vae.quantizer().quantize(vae.encode(images, Observer.NONE), kept);
    return new Pass(vae.decodeUnclamped(q.fHat(), Observer.NONE), q.loss(), q.tokens());
  }

  /** The decoder reads the map itself. */
  private Pass continuous(Tensor images) {
    Tensor f = vae.encode(images, Observer.NONE);
    Tensor image = vae.decodeUnclamped(f, Observer.NONE);
    return new Pass(image, Tensor.scalar(0).to(f.backend()), null);
  }

  /** How many scales of each image are decoded. */
  private int[] kept(int batch, RandomStream draws) {
    int scales = vae.config().scales().count();
    int[] kept = new int[batch];
    for (int b = 0; b < batch; b++) {
      RandomStream own = draws.split(b);
      boolean whole = own.nextFloat() >= settings.codebook().truncation() || scales == 1;
      kept[b] = whole ? scales : 1 + own.nextInt(scales - 1);
    }
    return kept;
  }

  /** Whether codes that were not taken start again after an iteration. */
  private boolean restarts(int iteration) {
    Codebook care = settings.codebook();
    int done = iteration + 1 - care.continuous();
    return care.restartEvery() > 0
        && done > 0
        && done % care.restartEvery() == 0
        && iteration + 1 <= care.restartUntil() * settings.schedule().iterations();
  }

  private int restart(Tensor images, RandomStream draws) {
    return dead.restart(vae.quantizer(), optimizer, vae.encode(images), draws);
  }

  /** The vectors of all maps of a batch, B·H·W. */
  private long positions(Tensor images) {
    return (long) images.shape().dim(0) * vae.config().scales().last().tokens();
  }

  // Going on later

  /**
   * Everything the next step depends on: weights under {@code tokenizer.}, what the optimiser
   * remembers, gradients of a step that is not complete, counts of codes.
   */
  public SequencedMap<String, Tensor> state() {
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    for (Member member : parameters.members()) {
      state.put(TOKENIZER + member.name(), member.value());
    }
    SequencedMap<String, Parameter> trained = parameters.trained();
    optimizer.state(trained).forEach((name, value) -> state.put(OPTIMIZER + name, value));
    trained.forEach((name, parameter) -> {
      Tensor gradient = accumulated.get(parameter);
      if (gradient != null) {
        state.put(ACCUMULATED + name, gradient);
      }
    });
    state.put(UPDATES, Tensor.ofInts(Shape.of(1), usage.updates()));
    state.put(TAKEN, dead.state());
    return state;
  }

  /**
   * Goes on from a {@link #state} of a trainer with the same settings.
   *
   * @throws FileFormatException when it is the state of another tokenizer, or of something else
   * @throws IOException when it cannot be read; the trainer is then partly restored
   */
  public void restore(Checkpoint from) throws IOException {
    requireCounts(from);
    parameters.load(from.under(TOKENIZER), Loading.forTraining());
    SequencedMap<String, Parameter> trained = parameters.trained();
    optimizer.restore(trained, from.under(OPTIMIZER));
    SequencedMap<Parameter, Tensor> gradients = new LinkedHashMap<>();
    for (Map.Entry<String, Parameter> entry : trained.entrySet()) {
      if (from.has(ACCUMULATED + entry.getKey())) {
        gradients.put(entry.getValue(), from.tensor(ACCUMULATED + entry.getKey()));
      }
    }
    accumulated = gradients;
    usage = new CodeUsage(vae.quantizer(), from.tensor(UPDATES).toInts()[0]);
    dead.restore(from.tensor(TAKEN));
  }

  private void requireCounts(Checkpoint from) throws IOException {
    int codes = vae.config().vocabulary();
    boolean fits = from.has(UPDATES) && from.has(TAKEN);
    fits = fits && from.tensor(UPDATES).shape().size() == 1;
    fits = fits && from.tensor(TAKEN).shape().equals(Shape.of(codes));
    if (!fits) {
      throw new FileFormatException(
          from.source(),
          "the state of a training of a tokenizer with " + codes + " codes",
          from.shapes().size() + " tensors, " + TAKEN + " " + from.shapes().get(TAKEN));
    }
  }
}
