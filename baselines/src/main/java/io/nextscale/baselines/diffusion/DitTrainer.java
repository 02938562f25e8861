package io.nextscale.baselines.diffusion;

import io.nextscale.nn.AdamW;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.GradientClip;
import io.nextscale.nn.GradientSum;
import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.var.Condition;
import io.nextscale.var.VarTrainer;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Trains a diffusion transformer on maps.
 *
 * <p>One step: each map is brought to a step of the process drawn for it, with noise drawn for it;
 * the transformer says what the noise is; gradients are clipped; the optimiser moves the
 * parameters.
 *
 * <p>Source: Peebles and Xie 2023, section 4; facebookresearch/DiT train.py @ed81ce2.
 */
public final class DitTrainer {

  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPS = 1e-8;

  private static final String WEIGHTS = "dit.";
  private static final String OPTIMIZER = "optimizer.";
  private static final String ACCUMULATED = "accumulated.";

  /**
   * What one batch did.
   *
   * @param loss of the batch
   * @param squared the mean squared error of the noise, a part of it
   * @param gradientNorm before clipping; NaN where the batch did not complete a step
   * @param learningRate of the iteration
   * @param weightDecay of the iteration, for parameters that are decayed
   */
  public record Report(
      double loss, double squared, double gradientNorm, double learningRate, double weightDecay) {}

  /**
   * How well noise is seen.
   *
   * @param loss as in training
   * @param squared the mean squared error of the noise, a part of it
   */
  public record Evaluation(double loss, double squared) {}

  private final Dit model;
  private final Diffusion process;
  private final DiffusionTraining settings;
  private final Parameters parameters;
  private final Optimizer optimizer;
  private final GradientSum gradients;
  private final RandomStream random;

  /** A trainer that has made no step. */
  public DitTrainer(Dit model, Diffusion process, DiffusionTraining settings) {
    this.model = model;
    this.process = process;
    this.settings = settings;
    this.parameters = model.parameters();
    List<Parameter> decayed = parameters.trained(VarTrainer::decays);
    this.optimizer =
        settings
            .optimizer()
            .over(
                parameters.trained(DitTrainer::isHidden),
                decayed,
                new AdamW(decayed, BETA1, BETA2, EPS));
    this.gradients = new GradientSum(parameters.trained());
    this.random = RandomStream.of(settings.seed());
  }

  private static boolean isHidden(String name, Shape shape) {
    return shape.rank() == 2 && (name.contains("qkv") || VarTrainer.isHidden(name, shape));
  }

  /**
   * Trains on a batch.
   *
   * @param iteration 0 .. iterations − 1
   * @param maps x₀, (B,side,side,C)
   * @param condition of B rows
   */
  public Report step(int iteration, Tensor maps, Condition condition) {
    RandomStream own = random.split(iteration);
    RandomStream draws = own.split("steps");
    int[] steps = new int[condition.rows()];
    Arrays.setAll(steps, _ -> settings.levels().draw(draws, process.steps()));
    Tensor noise = Tensor.normal(maps.shape(), 0, 1, own.split("noise"));
    Condition given = condition.dropped(settings.dropout(), own.split("conditions"));
    double[] squared = new double[1];
    Gradients found =
        Gradients.of(() -> {
          DiffusionLoss loss = loss(maps, given, noise, steps);
          squared[0] = mean(loss.squared());
          return loss.mean().times(1f / settings.accumulation());
        });
    gradients.add(found);
    double rate = settings.schedule().learningRate(iteration);
    double decay = settings.schedule().weightDecay(iteration);
    double norm = Double.NaN;
    if ((iteration + 1) % settings.accumulation() == 0) {
      GradientClip clip = GradientClip.byNorm(gradients.take(), settings.clip());
      optimizer.step(clip.gradients(), rate, decay);
      norm = clip.norm();
    }
    double loss = (double) found.loss().item() * settings.accumulation();
    return new Report(loss, squared[0], norm, rate, decay);
  }

  private DiffusionLoss loss(Tensor maps, Condition condition, Tensor noise, int... steps) {
    Dit.Told told = model.told(condition);
    return DiffusionLoss.of(
        process, (x, times) -> model.forward(x, told, times), maps, noise, steps);
  }

  private static double mean(Tensor rows) {
    double sum = 0;
    for (float value : rows.toArray()) {
      sum += value;
    }
    return sum / rows.shape().size();
  }

  /**
   * Measures on a batch: always with the same noise, the maps at steps spread evenly over the
   * process; nothing is dropped.
   */
  public Evaluation evaluate(Tensor maps, Condition condition) {
    int rows = condition.rows();
    int[] steps = new int[rows];
    Arrays.setAll(steps, i -> (int) ((i + 0.5) / rows * process.steps()));
    Tensor noise = Tensor.normal(maps.shape(), 0, 1, RandomStream.of(0).split("evaluation"));
    DiffusionLoss loss = loss(maps, condition, noise, steps);
    return new Evaluation(loss.mean().item(), mean(loss.squared()));
  }

  // State

  /**
   * Everything that the next step depends on beside its own arguments and the settings: parameters
   * under {@code dit}, what the optimiser remembers, gradients of batches that have not completed a
   * step. Noise is drawn from streams named by seed and iteration, which need no state.
   */
  public SequencedMap<String, Tensor> state() {
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    SequencedMap<String, Parameter> trained = parameters.trained();
    trained.forEach((name, parameter) -> state.put(WEIGHTS + name, parameter.peek()));
    optimizer.state(trained).forEach((name, value) -> state.put(OPTIMIZER + name, value));
    gradients.state().forEach((name, value) -> state.put(ACCUMULATED + name, value));
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
    Checkpoint weights = from.under(WEIGHTS);
    for (Map.Entry<String, Parameter> entry : trained.entrySet()) {
      Shape saved = weights.shapes().get(entry.getKey());
      if (saved == null || !saved.equals(entry.getValue().shape())) {
        throw new FileFormatException(
            from.source(),
            "the state of a training of this transformer, with "
                + entry.getKey()
                + " "
                + entry.getValue().shape(),
            saved == null ? "none of that name" : saved.toString());
      }
      entry.getValue().set(weights.tensor(entry.getKey()));
    }
    optimizer.restore(trained, from.under(OPTIMIZER));
    gradients.restore(from.under(ACCUMULATED));
  }
}
