package io.nextscale.var;

import io.nextscale.nn.AdamW;
import io.nextscale.nn.GradientClip;
import io.nextscale.nn.Observer;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Trains a transformer on images with a frozen tokenizer.
 *
 * <p>One step: the tokenizer turns images into tokens and into what the transformer reads; the
 * transformer predicts all tokens at once; gradients are clipped; AdamW moves the parameters.
 *
 * <p>Source: FoundationVision/VAR trainer.py, VARTrainer @78b9539.
 */
public final class VarTrainer {

  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.95;
  private static final double EPS = 1e-8;

  /** Parameters with one of these in their name are not decayed. */
  private static final List<String> NOT_DECAYED =
      List.of(
          "cls_token",
          "start_token",
          "task_token",
          "cfg_uncond",
          "pos_embed",
          "pos_1LC",
          "pos_start",
          "start_pos",
          "lvl_embed",
          "gamma",
          "beta",
          "ada_gss",
          "moe_bias",
          "scale_mul");

  /**
   * What one batch did.
   *
   * @param loss of the batch
   * @param gradientNorm before clipping; NaN where the batch did not complete a step
   * @param learningRate of the iteration
   * @param weightDecay of the iteration, for parameters that are decayed
   * @param lastScale the last scale that was trained
   * @param newestWeight the weight of its tokens
   */
  public record Report(
      double loss,
      double gradientNorm,
      double learningRate,
      double weightDecay,
      int lastScale,
      double newestWeight) {}

  /**
   * How well tokens are predicted, without smoothing.
   *
   * @param lossMean cross-entropy of all tokens
   * @param lossTail cross-entropy of the tokens of the last scale
   * @param accuracyMean percentage of tokens whose largest logit is right
   * @param accuracyTail the same for the last scale
   * @param images how many images
   */
  public record Evaluation(
      double lossMean, double lossTail, double accuracyMean, double accuracyTail, int images) {}

  /**
   * A batch as the transformer takes it.
   *
   * @param targets I32 (B,L)
   * @param input (B, L − p₀², Cv)
   */
  public record Batch(Tensor targets, Tensor input) {}

  private final Var model;
  private final VqVae vae;
  private final Training settings;
  private final Parameters parameters;
  private final AdamW optimizer;
  private final RandomStream random;
  private final Progressive.@Nullable Weight newest;
  private SequencedMap<Parameter, Tensor> accumulated = new LinkedHashMap<>();

  /** A trainer that has made no step. */
  public VarTrainer(Var model, VqVae vae, Training settings) {
    this.model = model;
    this.vae = vae;
    this.settings = settings;
    this.parameters = model.parameters();
    this.optimizer = new AdamW(decayed(parameters), BETA1, BETA2, EPS);
    this.random = RandomStream.of(settings.seed());
    Progressive progressive = settings.progressive();
    this.newest = progressive == null ? null : new Progressive.Weight(progressive);
  }

  private static List<Parameter> decayed(Parameters parameters) {
    List<Parameter> decayed = new ArrayList<>();
    for (Map.Entry<String, Parameter> entry : parameters.trained().entrySet()) {
      if (decays(entry.getKey(), entry.getValue().shape())) {
        decayed.add(entry.getValue());
      }
    }
    return decayed;
  }

  /** Whether weight decay applies to a parameter: not to vectors, embeddings of places, scales. */
  public static boolean decays(String name, Shape shape) {
    return shape.rank() != 1
        && !name.endsWith("bias")
        && NOT_DECAYED.stream().noneMatch(name::contains);
  }

  /** The optimiser. */
  public AdamW optimizer() {
    return optimizer;
  }

  /**
   * Trains on a batch.
   *
   * @param iteration 0 .. iterations − 1
   * @param images (B,h,w,3) in [-1, 1]
   * @param labels (B), 0 .. classes
   */
  public Report step(int iteration, Tensor images, int... labels) {
    Scales scales = model.config().scales();
    Progressive progressive = settings.progressive();
    int last =
        progressive == null
            ? scales.count() - 1
            : progressive.scale(iteration, settings.schedule(), scales.count());
    double weight = newest == null ? 1 : newest.next(last);
    TokenLoss loss = new TokenLoss(scales, last + 1, weight, settings.smoothing());
    Batch batch = batch(images, last + 1);

    RandomStream own = random.split(iteration);
    int[] given = dropClasses(labels, own.split("classes"));
    DropPath dropPath =
        settings.dropPath() == 0
            ? DropPath.NONE
            : DropPath.draw(
                settings.dropPath(), model.config().depth(), labels.length, own.split("paths"));
    Gradients gradients =
        Gradients.of(() -> {
          Tensor logits =
              model.forward(given, batch.input(), dropPath, settings.recompute(), Observer.NONE);
          return loss.of(logits, batch.targets()).times(1f / settings.accumulation());
        });
    double value = (double) gradients.loss().item() * settings.accumulation();
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
    return new Report(value, norm, rate, decay, last, weight);
  }

  /** The tokens of images and what the transformer reads, for the first scales. */
  public Batch batch(Tensor images, int scales) {
    TokenPyramid tokens = vae.tokenize(images);
    int length = tokens.scales().end(scales - 1);
    int whole = tokens.scales().length();
    int[] all = tokens.sequence().toInts();
    int[] targets = new int[tokens.batch() * length];
    for (int b = 0; b < tokens.batch(); b++) {
      System.arraycopy(all, b * whole, targets, b * length, length);
    }
    return new Batch(
        Tensor.ofInts(Shape.of(tokens.batch(), length), targets),
        vae.quantizer().teacherInput(tokens, scales));
  }

  private int[] dropClasses(int[] labels, RandomStream draws) {
    float[] uniform = new float[labels.length];
    for (int i = 0; i < uniform.length; i++) {
      uniform[i] = draws.nextFloat();
    }
    return dropClasses(labels, settings.classDropout(), model.config().noClass(), uniform);
  }

  /**
   * Labels with some replaced by that of no class.
   *
   * @param rate the share that is replaced
   * @param uniform (B) draws from [0, 1): below the rate a label is replaced
   */
  public static int[] dropClasses(int[] labels, double rate, int noClass, float... uniform) {
    int[] given = labels.clone();
    for (int i = 0; i < given.length; i++) {
      if (uniform[i] < rate) {
        given[i] = noClass;
      }
    }
    return given;
  }

  /**
   * Measures on a batch. The reference code drops classes here too; give {@link #dropClasses}
   * labels for its numbers.
   */
  public Evaluation evaluate(Tensor images, int... labels) {
    int scales = model.config().scales().count();
    Batch batch = batch(images, scales);
    return evaluate(model.forward(labels, batch.input()), batch.targets(), scales);
  }

  /**
   * Measures predictions.
   *
   * @param logits (B,l,V) of the tokens of the first scales
   * @param targets I32 (B,l)
   * @param count how many scales
   */
  public Evaluation evaluate(Tensor logits, Tensor targets, int count) {
    Scales scales = model.config().scales();
    int length = scales.end(count - 1);
    int tail = length - scales.tokens(count - 1);
    float[] losses = logits.crossEntropy(targets, 0).toArray(); // (B,l)
    int[] guesses = logits.argMax().toInts();
    int[] truth = targets.toInts();
    double loss = 0;
    double lossTail = 0;
    int right = 0;
    int rightTail = 0;
    for (int i = 0; i < losses.length; i++) {
      boolean inTail = i % length >= tail;
      int hit = guesses[i] == truth[i] ? 1 : 0;
      loss += losses[i];
      right += hit;
      lossTail += inTail ? losses[i] : 0;
      rightTail += inTail ? hit : 0;
    }
    int images = losses.length / length;
    double inTail = (double) images * (length - tail);
    return new Evaluation(
        loss / losses.length,
        lossTail / inTail,
        100.0 * right / losses.length,
        100 * rightTail / inTail,
        images);
  }
}
