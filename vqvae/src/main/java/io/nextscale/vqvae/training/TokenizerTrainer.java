package io.nextscale.vqvae.training;

import io.nextscale.nn.AdamW;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.GradientClip;
import io.nextscale.nn.GradientSum;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Member;
import io.nextscale.nn.Observer;
import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.vqvae.CodeUsage;
import io.nextscale.vqvae.Decoder;
import io.nextscale.vqvae.MultiScaleQuantizer;
import io.nextscale.vqvae.MultiScaleQuantizer.Quantized;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.training.TokenizerTraining.Adversary;
import io.nextscale.vqvae.training.TokenizerTraining.Codebook;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Trains a tokenizer on images.
 *
 * <p>One step: images become maps, codes, and images again; the loss tells how these differ and how
 * far the maps are from their codes; an adversary may say how well made images can be told from
 * real ones, and learns to tell it; gradients are clipped; the optimiser moves the parameters;
 * codes that nobody takes start again from time to time.
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
  private static final String ADVERSARY = "adversary.";
  private static final String ACCUMULATED = "accumulated.";
  private static final String UPDATES = "usage.updates";
  private static final String TAKEN = "usage.taken";

  /**
   * What one batch did.
   *
   * @param loss the weighted sum
   * @param l1 mean |x̂ − x|
   * @param l2 mean (x̂ − x)²
   * @param lpips mean LPIPS(x̂, x); 0 where it counts nothing
   * @param quantization the quantizer's loss; 0 while maps are not quantised
   * @param quantized whether maps were quantised
   * @param gradientNorm before clipping; NaN where the batch did not complete a step
   * @param learningRate of the iteration
   * @param weightDecay of the iteration, for parameters that are decayed
   * @param scales the use of the codebook, per scale
   * @param restarted how many codes started again after the step
   * @param adversary what it did; null while it takes no part
   */
  public record Report(
      double loss,
      double l1,
      double l2,
      double lpips,
      double quantization,
      boolean quantized,
      double gradientNorm,
      double learningRate,
      double weightDecay,
      List<ScaleUse> scales,
      int restarted,
      @Nullable Opposition adversary) {}

  /**
   * What the adversary did with a batch.
   *
   * @param loss what the tokenizer pays, without weight: minus the mean logit of what it made
   * @param weight what that counts in the loss, balance included
   * @param discriminatorLoss what the discriminator pays
   * @param real its mean logit of real images
   * @param made its mean logit of made images, after its lesson's augmentation
   * @param gradientNorm of the discriminator, before clipping; NaN where the batch did not complete
   *     a step
   */
  public record Opposition(
      double loss,
      double weight,
      double discriminatorLoss,
      double real,
      double made,
      double gradientNorm) {}

  /** What became of images on the way through the tokenizer. */
  private record Pass(
      Tensor image, Tensor quantization, @Nullable TokenPyramid tokens, Tensor lastMap) {}

  /**
   * What the loss of a batch is made of.
   *
   * @param upstream its gradient by the made images
   * @param adversarial what the adversary says; 0 while it takes no part
   * @param weight what that counts
   */
  private record Verdict(
      ReconstructionLoss.Parts parts, Tensor upstream, double adversarial, double weight) {
    double loss() {
      return parts.sum().item() + (weight == 0 ? 0 : weight * adversarial);
    }
  }

  private final VqVae vae;
  private final TokenizerTraining settings;
  private final Parameters parameters;
  private final AdamW adam;
  private final Optimizer optimizer;
  private final RandomStream random;
  private final ReconstructionLoss reconstruction;
  private final @Nullable Opponent opponent;
  private final GradientSum gradients;
  private final DeadCodes dead;
  private CodeUsage usage;

  /**
   * A trainer without a perceptual loss that has made no step.
   *
   * @param vae loaded {@linkplain Loading#forTraining() for training}
   */
  public TokenizerTrainer(VqVae vae, TokenizerTraining settings) {
    this(vae, settings, null);
  }

  /**
   * A trainer that has made no step.
   *
   * @param vae loaded {@linkplain Loading#forTraining() for training}
   * @param perceptual needed where the settings give it a weight
   */
  public TokenizerTrainer(VqVae vae, TokenizerTraining settings, @Nullable Lpips perceptual) {
    this.vae = vae;
    this.settings = settings;
    this.parameters = vae.parameters();
    List<Parameter> decayed = parameters.trained(TokenizerTrainer::decays);
    this.adam = new AdamW(decayed, settings.beta1(), settings.beta2(), EPS);
    this.optimizer =
        settings.optimizer().over(parameters.trained(TokenizerTrainer::isHidden), decayed, adam);
    this.random = RandomStream.of(settings.seed());
    this.gradients = new GradientSum(parameters.trained());
    this.reconstruction = new ReconstructionLoss(settings.weights(), perceptual);
    Adversary adversary = settings.adversary();
    this.opponent = adversary == null ? null : new Opponent(adversary, settings);
    this.dead = new DeadCodes(vae.config().vocabulary());
    this.usage = new CodeUsage(vae.quantizer());
  }

  /** Whether weight decay applies to a parameter: not to vectors, not to the codebook. */
  public static boolean decays(String name, Shape shape) {
    return shape.rank() != 1 && !name.contains("embedding");
  }

  /**
   * Whether a parameter is the kernel of a convolution between hidden features, of encoder or
   * decoder: neither their first nor their last one, nor those around the codes.
   */
  public static boolean isHidden(String name, Shape shape) {
    return shape.rank() == 4
        && (name.startsWith("encoder.") || name.startsWith("decoder."))
        && !name.contains("conv_in")
        && !name.contains("conv_out");
  }

  /** What is trained. */
  public VqVae tokenizer() {
    return vae;
  }

  /** Its parameters. */
  public Parameters parameters() {
    return parameters;
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
    Verdict[] verdict = new Verdict[1];
    float weightOfCodes = (float) settings.weights().quantization();
    gradients.add(
        Gradients.of(() -> {
          pass[0] = pass(images, quantized ? quantizer(iteration) : null, kept);
          verdict[0] = verdict(iteration, pass[0], images, own.split("judge"));
          Tensor ofImages = pass[0].image().times(verdict[0].upstream()).sum(); // for its gradient
          Tensor loss =
              care.frozen() ? ofImages : ofImages.plus(pass[0].quantization().times(weightOfCodes));
          return loss.times(1f / settings.accumulation());
        }));

    double rate = settings.schedule().learningRate(iteration);
    double decay = settings.schedule().weightDecay(iteration);
    double norm = Double.NaN;
    if ((iteration + 1) % settings.accumulation() == 0) {
      GradientClip clip = GradientClip.byNorm(gradients.take(), settings.clip());
      optimizer.step(clip.gradients(), rate, decay);
      norm = clip.norm();
    }
    Opposition opposition = oppose(iteration, images, pass[0], verdict[0], own.split("lesson"));
    TokenPyramid tokens = pass[0].tokens();
    if (tokens != null && !care.frozen()) {
      usage.update(tokens);
      dead.count(tokens);
    }
    int restarted = restarts(iteration) ? restart(iteration, images, own.split("restart")) : 0;
    ReconstructionLoss.Parts parts = verdict[0].parts();
    double ofCodes = pass[0].quantization().item();
    return new Report(
        verdict[0].loss() + weightOfCodes * ofCodes,
        parts.l1().item(),
        parts.l2().item(),
        parts.lpips() == null ? 0 : parts.lpips().item(),
        ofCodes,
        quantized,
        norm,
        rate,
        decay,
        ScaleUse.of(usage, positions(images)),
        restarted,
        opposition);
  }

  /** Images through the tokenizer; not quantised, the decoder reads the map itself. */
  private Pass pass(Tensor images, @Nullable MultiScaleQuantizer quantizer, int... kept) {
    Tensor f = vae.encode(images, Observer.NONE);
    Quantized q = quantizer == null ? null : quantizer.quantize(f, kept);
    boolean frozen = settings.codebook().frozen();
    Tensor[] last = {f};
    Observer beforeTheEnd =
        (name, map) -> last[0] = name.equals("decoder.conv_out") ? last[0] : map;
    Tensor map = q == null ? f : q.fHat();
    Tensor image = vae.decodeUnclamped(frozen ? map.stopGradient() : map, beforeTheEnd);
    return q == null
        ? new Pass(image, Tensor.scalar(0).to(f.backend()), null, last[0])
        : new Pass(image, q.loss(), q.tokens(), last[0]);
  }

  /**
   * Judges made images. The gradients by the images are taken here, on tapes of their own: the
   * adaptive weight needs those of reconstruction and adversary apart, and the discriminator must
   * not learn from this.
   */
  private Verdict verdict(int iteration, Pass pass, Tensor images, RandomStream draws) {
    Tensor made = pass.image();
    ReconstructionLoss.Parts[] parts = new ReconstructionLoss.Parts[1];
    Tensor ofReconstruction =
        gradient(
            made,
            () -> {
              parts[0] = reconstruction.of(made, images);
              return parts[0].sum();
            });
    double weight = opponent == null ? 0 : opponent.weight(iteration);
    if (opponent == null || weight == 0) {
      return new Verdict(parts[0], ofReconstruction, 0, 0);
    }
    Opponent judge = opponent;
    Tensor[] adversarial = new Tensor[1];
    Tensor ofAdversary = gradient(made, () -> adversarial[0] = judge.judge(made, draws));
    weight *= judge.balance(atTheEnd(pass, ofReconstruction), atTheEnd(pass, ofAdversary));
    Tensor upstream = ofReconstruction.plus(ofAdversary.times((float) weight));
    return new Verdict(parts[0], upstream, adversarial[0].item(), weight);
  }

  private static Tensor gradient(Tensor of, Supplier<Tensor> loss) {
    return Objects.requireNonNull(Gradients.of(List.of(of), loss).of(of));
  }

  /** The gradient of the decoder's last weight for one of the images. */
  private Tensor atTheEnd(Pass pass, Tensor ofImages) {
    Decoder decoder = vae.decoder();
    Gradients end = Gradients.of(List.of(), () -> decoder.image(pass.lastMap()), ofImages);
    return Objects.requireNonNull(end.of(decoder.last().weight()));
  }

  private @Nullable Opposition oppose(
      int iteration, Tensor images, Pass pass, Verdict verdict, RandomStream draws) {
    if (opponent == null || opponent.weight(iteration) == 0) {
      return null;
    }
    Opponent.Lesson lesson = opponent.learn(iteration, images, pass.image(), draws);
    return new Opposition(
        verdict.adversarial(),
        verdict.weight(),
        lesson.loss(),
        lesson.real(),
        lesson.made(),
        lesson.gradientNorm());
  }

  /** The quantizer of an iteration: thrift begins when all codes that will be in use are. */
  private MultiScaleQuantizer quantizer(int iteration) {
    if (settings.codebook().frozen()) {
      return vae.quantizer();
    }
    double begin = settings.codebook().restartUntil() * settings.schedule().iterations();
    return iteration < begin ? vae.quantizer().withThrift(0) : vae.quantizer();
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

  private int restart(int iteration, Tensor images, RandomStream draws) {
    return dead.restart(quantizer(iteration), adam, vae.encode(images), draws);
  }

  /** The vectors of all maps of a batch, B·H·W. */
  private long positions(Tensor images) {
    return (long) images.shape().dim(0) * vae.config().scales().last().tokens();
  }

  // Going on later

  /**
   * Everything the next step depends on: weights under {@code tokenizer.}, what the optimiser
   * remembers, the adversary, gradients of a step that is not complete, counts of codes.
   */
  public SequencedMap<String, Tensor> state() {
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    for (Member member : parameters.members()) {
      state.put(TOKENIZER + member.name(), member.value());
    }
    optimizer
        .state(parameters.trained())
        .forEach((name, value) -> state.put(OPTIMIZER + name, value));
    gradients.state().forEach((name, value) -> state.put(ACCUMULATED + name, value));
    if (opponent != null) {
      opponent.state().forEach((name, value) -> state.put(ADVERSARY + name, value));
    }
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
    boolean opposed = from.names().stream().anyMatch(name -> name.startsWith(ADVERSARY));
    if (opposed != (opponent != null)) {
      throw unfit(from, opposed ? "an adversary" : "none", null);
    }
    try {
      parameters.load(from.under(TOKENIZER), Loading.forTraining());
      optimizer.restore(parameters.trained(), from.under(OPTIMIZER));
      gradients.restore(from.under(ACCUMULATED));
      if (opponent != null) {
        opponent.restore(from.under(ADVERSARY));
      }
      int[] updates = from.tensor(UPDATES).toInts();
      usage = new CodeUsage(vae.quantizer(), updates.length == 1 ? updates[0] : -1);
      dead.restore(from.tensor(TAKEN));
    } catch (IllegalArgumentException e) { // a name is missing, a type or an extent another one
      throw unfit(from, String.valueOf(e.getMessage()), e);
    }
  }

  private FileFormatException unfit(Checkpoint from, String got, @Nullable Exception cause) {
    FileFormatException unfit =
        new FileFormatException(
            from.source(),
            "the state of a training of such a tokenizer "
                + (opponent == null ? "without" : "with")
                + " an adversary",
            got);
    if (cause != null) {
      unfit.initCause(cause);
    }
    return unfit;
  }
}
