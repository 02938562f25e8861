package io.nextscale.var;

import io.nextscale.nn.AdamW;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.GradientClip;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Observer;
import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Parameters;
import io.nextscale.nn.Schedule;
import io.nextscale.nn.Slices;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
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
 * transformer predicts all tokens at once; gradients are clipped; the optimiser moves the
 * parameters.
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

  /** Parameters with one of these in their name are hidden matrices. */
  private static final List<String> HIDDEN = List.of("mat_", "proj", "fc1", "fc2");

  private static final String WEIGHTS = "var.";
  private static final String OPTIMIZER = "optimizer.";
  private static final String ACCUMULATED = "accumulated.";
  private static final String NEWEST = "newest";

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
   * @param lossByScale cross-entropy of the tokens of each scale
   */
  public record Evaluation(
      double lossMean,
      double lossTail,
      double accuracyMean,
      double accuracyTail,
      int images,
      List<Double> lossByScale) {}

  /**
   * A batch as the transformer takes it.
   *
   * @param targets I32 (B,L)
   * @param input (B, L − p₀², Cv)
   */
  public record Batch(Tensor targets, Tensor input) {}

  private final Var model;
  private final Reading reading;
  private final Training settings;
  private final Schedule schedule;
  private final Parameters parameters;
  private final Optimizer optimizer;
  private final RandomStream random;
  private final Progressive.@Nullable Weight newest;
  private SequencedMap<Parameter, Tensor> accumulated = new LinkedHashMap<>();

  /** A trainer that has made no step. */
  public VarTrainer(Var model, VqVae vae, Training settings) {
    this(model, Reading.of(vae, model.config()), settings);
  }

  /** The same with tokens in an order of choice. */
  public VarTrainer(Var model, Reading reading, Training settings) {
    this.model = model;
    this.reading = reading;
    this.settings = settings;
    this.schedule = settings.steps().schedule();
    this.parameters = model.parameters();
    List<Parameter> decayed = parameters.trained(VarTrainer::decays);
    this.optimizer =
        settings
            .steps()
            .optimizer()
            .over(
                parameters.trained(VarTrainer::isHidden),
                decayed,
                new AdamW(decayed, BETA1, BETA2, EPS));
    this.random = RandomStream.of(settings.seed());
    Progressive progressive = settings.progressive();
    this.newest = progressive == null ? null : new Progressive.Weight(progressive);
  }

  /** Whether weight decay applies to a parameter: not to vectors, embeddings of places, scales. */
  public static boolean decays(String name, Shape shape) {
    return shape.rank() != 1
        && !name.endsWith("bias")
        && NOT_DECAYED.stream().noneMatch(name::contains);
  }

  /**
   * Whether a parameter is a matrix between hidden features, of attention and feed-forward: not an
   * embedding, not the layer of the condition, not the head.
   */
  public static boolean isHidden(String name, Shape shape) {
    return shape.rank() == 2 && HIDDEN.stream().anyMatch(name::contains);
  }

  /**
   * Trains on a batch.
   *
   * @param iteration 0 .. iterations − 1
   * @param images (B,h,w,3) in [-1, 1]
   * @param labels (B), 0 .. classes
   */
  public Report step(int iteration, Tensor images, int... labels) {
    return step(iteration, images, Condition.classes(labels));
  }

  /**
   * Trains on a batch.
   *
   * @param iteration 0 .. iterations − 1
   * @param images (B,h,w,3) in [-1, 1]
   * @param condition of B rows
   */
  public Report step(int iteration, Tensor images, Condition condition) {
    return step(iteration, reading.tokenize(images), condition);
  }

  /**
   * Trains on a batch of images that are tokens already.
   *
   * @param iteration 0 .. iterations − 1
   * @param tokens of B images
   * @param condition of B rows
   */
  public Report step(int iteration, TokenPyramid tokens, Condition condition) {
    Scales scales = model.config().scales();
    Progressive progressive = settings.progressive();
    int last =
        progressive == null
            ? scales.count() - 1
            : progressive.scale(iteration, schedule, scales.count());
    double weight = newest == null ? 1 : newest.next(last);
    TokenLoss loss =
        new TokenLoss(
            scales, last + 1, weight, settings.loss().smoothing(), settings.loss().balance());
    RandomStream own = random.split(iteration);
    Training.Chance chance = settings.chance();
    Batch batch =
        chance.corruption() == 0
            ? batch(tokens, last + 1)
            : batch(
                tokens,
                Corruption.draw(tokens, chance.corruption(), own.split("corruption")),
                last + 1);
    Condition given = condition.dropped(chance.classDropout(), own.split("classes"));
    DropPath dropPath =
        chance.dropPath() == 0
            ? DropPath.NONE
            : DropPath.draw(
                chance.dropPath(), model.config().depth(), condition.rows(), own.split("paths"));
    int accumulation = settings.steps().accumulation();
    Slices.Sum sum =
        Slices.gradients(
            parameters,
            condition.rows(),
            settings.computation().slices(),
            1f / accumulation,
            (from, to) -> {
              Tensor logits =
                  model.forward(
                      given.rows(from, to),
                      batch.input().slice(0, from, to),
                      dropPath.rows(from, to),
                      settings.computation().recompute(),
                      Observer.NONE);
              return loss.of(logits, batch.targets().slice(0, from, to));
            });
    sum.gradients().forEach((parameter, g) -> accumulated.merge(parameter, g, Tensor::plus));

    double rate = schedule.learningRate(iteration);
    double decay = schedule.weightDecay(iteration);
    double norm = Double.NaN;
    if ((iteration + 1) % accumulation == 0) {
      GradientClip clip =
          GradientClip.byNorm(parameters.ordered(accumulated), settings.steps().clip());
      optimizer.step(clip.gradients(), rate, decay);
      accumulated = new LinkedHashMap<>();
      norm = clip.norm();
    }
    return new Report(sum.loss(), norm, rate, decay, last, weight);
  }

  /** The tokens of images and what the transformer reads, for the first scales. */
  public Batch batch(Tensor images, int scales) {
    return batch(reading.tokenize(images), scales);
  }

  /** The tokens of the first scales and what the transformer reads. */
  public Batch batch(TokenPyramid tokens, int scales) {
    return read(tokens, tokens, scales);
  }

  /** What sets other tokens right, for the first scales, where the transformer reads those. */
  public Batch batch(TokenPyramid tokens, TokenPyramid fed, int scales) {
    return read(reading.corrections(tokens, fed), fed, scales);
  }

  private Batch read(TokenPyramid tokens, TokenPyramid fed, int scales) {
    int length = tokens.scales().end(scales - 1);
    int whole = tokens.scales().length();
    int[] all = tokens.sequence().toInts();
    int[] targets = new int[tokens.batch() * length];
    for (int b = 0; b < tokens.batch(); b++) {
      System.arraycopy(all, b * whole, targets, b * length, length);
    }
    return new Batch(
        Tensor.ofInts(Shape.of(tokens.batch(), length), targets),
        reading.teacherInput(fed, scales));
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
    return evaluate(reading.tokenize(images), Condition.classes(labels));
  }

  /** Measures on a batch of images that are tokens already; nothing is dropped. */
  public Evaluation evaluate(TokenPyramid tokens, Condition condition) {
    int scales = model.config().scales().count();
    Batch batch = batch(tokens, scales);
    return evaluate(model.forward(condition, batch.input()), batch.targets(), scales);
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
    float[] losses = logits.crossEntropy(targets, 0).toArray(); // (B,l)
    int[] guesses = logits.argMax().toInts();
    int[] truth = targets.toInts();
    int images = losses.length / length;
    double loss = 0;
    int right = 0;
    List<Double> lossByScale = new ArrayList<>();
    double accuracyTail = 0;
    for (int s = 0; s < count; s++) {
      double lossOfScale = 0;
      int rightOfScale = 0;
      for (int b = 0; b < images; b++) {
        for (int i = b * length + scales.begin(s); i < b * length + scales.end(s); i++) {
          lossOfScale += losses[i];
          rightOfScale += guesses[i] == truth[i] ? 1 : 0;
        }
      }
      loss += lossOfScale;
      right += rightOfScale;
      double all = (double) images * scales.tokens(s);
      lossByScale.add(lossOfScale / all);
      accuracyTail = 100 * rightOfScale / all;
    }
    return new Evaluation(
        loss / losses.length,
        lossByScale.getLast(),
        100.0 * right / losses.length,
        accuracyTail,
        images,
        List.copyOf(lossByScale));
  }

  // State

  /**
   * Everything that the next step depends on beside its own arguments and the settings: parameters
   * under {@code var}, what the optimiser remembers, gradients of batches that have not completed a
   * step, and how long the newest scale has been trained.
   *
   * <p>What is dropped is drawn from streams named by seed and iteration, which need no state.
   */
  public SequencedMap<String, Tensor> state() {
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    SequencedMap<String, Parameter> trained = parameters.trained();
    trained.forEach((name, parameter) -> state.put(WEIGHTS + name, parameter.peek()));
    optimizer.state(trained).forEach((name, value) -> state.put(OPTIMIZER + name, value));
    trained.forEach((name, parameter) -> {
      Tensor gradient = accumulated.get(parameter);
      if (gradient != null) {
        state.put(ACCUMULATED + name, gradient);
      }
    });
    if (newest != null) {
      state.put(NEWEST, newest.state());
    }
    return state;
  }

  /**
   * Goes on from a {@link #state} of a trainer of such a model with such settings: the steps that
   * follow give the same bits as there.
   *
   * @throws FileFormatException when it is the state of another transformer, or of something else
   * @throws IOException when it cannot be read; the trainer is then partly restored
   */
  public void restore(Checkpoint from) throws IOException {
    SequencedMap<String, Parameter> trained = parameters.trained();
    requireNames(from, trained);
    parameters.load(from.under(WEIGHTS), Loading.forTraining());
    optimizer.restore(trained, from.under(OPTIMIZER));
    SequencedMap<Parameter, Tensor> gradients = new LinkedHashMap<>();
    for (Map.Entry<String, Parameter> entry : trained.entrySet()) {
      if (from.has(ACCUMULATED + entry.getKey())) {
        gradients.put(entry.getValue(), from.tensor(ACCUMULATED + entry.getKey()));
      }
    }
    accumulated = gradients;
    if (newest != null) {
      newest.restore(from.tensor(NEWEST));
    }
  }

  /** Other parts check what they read themselves. */
  private void requireNames(Checkpoint from, SequencedMap<String, Parameter> trained)
      throws FileFormatException {
    boolean fits = from.has(NEWEST) == (newest != null);
    for (Map.Entry<String, Shape> entry : from.shapes().entrySet()) {
      String name = entry.getKey();
      if (name.startsWith(ACCUMULATED)) {
        Parameter parameter = trained.get(name.substring(ACCUMULATED.length()));
        fits &= parameter != null && parameter.shape().equals(entry.getValue());
      } else {
        boolean age = name.equals(NEWEST) && entry.getValue().equals(Shape.of(3));
        fits &= name.startsWith(WEIGHTS) || name.startsWith(OPTIMIZER) || age;
      }
    }
    if (!fits) {
      throw new FileFormatException(
          from.source(),
          "the state of a training of this transformer with these settings",
          from.shapes().size() + " other tensors");
    }
  }
}
