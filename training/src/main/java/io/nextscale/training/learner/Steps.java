package io.nextscale.training.learner;

import io.nextscale.nn.AdamW;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.GradientClip;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Parameters;
import io.nextscale.nn.Schedule;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.training.settings.OptimizerSettings;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * The steps of a model with one loss: gradients of some batches are summed, clipped, and given to
 * the optimiser.
 */
final class Steps {

  private static final String WEIGHTS = "model.";
  private static final String OPTIMIZER = "optimizer.";
  private static final String ACCUMULATED = "accumulated.";

  // As for CLIP's transformers: Radford et al. 2021, table 18.
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.98;
  private static final double EPS = 1e-6;

  private final Parameters parameters;
  private final OptimizerSettings settings;
  private final Schedule schedule;
  private final Optimizer optimizer;
  private SequencedMap<Parameter, Tensor> accumulated = new LinkedHashMap<>();

  /**
   * What a batch did.
   *
   * @param loss of the batch
   * @param norm of the gradients before clipping; NaN where the batch did not complete a step
   * @param rate of the iteration
   */
  record Report(double loss, double norm, double rate) {}

  /**
   * Steps that have not begun.
   *
   * @param hidden which parameters are matrices between hidden features
   * @param decays to which weight decay applies
   */
  Steps(
      Parameters parameters,
      OptimizerSettings settings,
      BiPredicate<String, Shape> hidden,
      BiPredicate<String, Shape> decays) {
    this.parameters = parameters;
    this.settings = settings;
    this.schedule = settings.schedule();
    List<Parameter> decayed = parameters.trained(decays);
    this.optimizer =
        Optimizer.Kind.of(settings.optimizer())
            .over(parameters.trained(hidden), decayed, new AdamW(decayed, BETA1, BETA2, EPS));
  }

  /** Learns from the loss of a batch. */
  Report step(int iteration, Supplier<Tensor> loss) {
    Gradients gradients = Gradients.of(() -> loss.get().times(1f / settings.accumulate()));
    parameters
        .gradients(gradients)
        .forEach((parameter, g) -> accumulated.merge(parameter, g, Tensor::plus));
    double rate = schedule.learningRate(iteration);
    double norm = Double.NaN;
    if ((iteration + 1) % settings.accumulate() == 0) {
      GradientClip clip = GradientClip.byNorm(inOrder(), settings.clip());
      optimizer.step(clip.gradients(), rate, schedule.weightDecay(iteration));
      accumulated = new LinkedHashMap<>();
      norm = clip.norm();
    }
    return new Report((double) gradients.loss().item() * settings.accumulate(), norm, rate);
  }

  /** In the order of the model, whichever batch brought the first gradient of a parameter. */
  private SequencedMap<Parameter, Tensor> inOrder() {
    SequencedMap<Parameter, Tensor> ordered = new LinkedHashMap<>();
    for (Parameter parameter : parameters.trained().values()) {
      Tensor gradient = accumulated.get(parameter);
      if (gradient != null) {
        ordered.put(parameter, gradient);
      }
    }
    return ordered;
  }

  /** Everything that the next step depends on. */
  void addTo(SequencedMap<String, Tensor> state) {
    SequencedMap<String, Parameter> trained = parameters.trained();
    trained.forEach((name, parameter) -> state.put(WEIGHTS + name, parameter.peek()));
    optimizer.state(trained).forEach((name, value) -> state.put(OPTIMIZER + name, value));
    trained.forEach((name, parameter) -> {
      Tensor gradient = accumulated.get(parameter);
      if (gradient != null) {
        state.put(ACCUMULATED + name, gradient);
      }
    });
  }

  /**
   * Goes back to what {@link #addTo} gave.
   *
   * @throws IOException when it cannot be read or is the state of another model
   */
  void restore(Checkpoint state) throws IOException {
    SequencedMap<String, Parameter> trained = parameters.trained();
    parameters.load(state.under(WEIGHTS), Loading.forTraining());
    optimizer.restore(trained, state.under(OPTIMIZER));
    accumulated = new LinkedHashMap<>();
    for (Map.Entry<String, Parameter> entry : trained.entrySet()) {
      if (state.has(ACCUMULATED + entry.getKey())) {
        accumulated.put(entry.getValue(), state.tensor(ACCUMULATED + entry.getKey()));
      }
    }
  }
}
