package io.nextscale.nn;

import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** Gradients of several batches, added up until the optimiser takes its step. */
public final class GradientSum {

  private final SequencedMap<String, Parameter> parameters;
  private SequencedMap<Parameter, Tensor> sum = new LinkedHashMap<>();

  /** No gradients yet of these parameters. */
  public GradientSum(SequencedMap<String, Parameter> parameters) {
    this.parameters = parameters;
  }

  /** Adds the gradients of a batch. */
  public void add(Gradients gradients) {
    for (Parameter parameter : parameters.values()) {
      Tensor gradient = gradients.of(parameter);
      if (gradient != null) {
        sum.merge(parameter, gradient, Tensor::plus);
      }
    }
  }

  /** The sums; the next ones start at zero. */
  public SequencedMap<Parameter, Tensor> take() {
    SequencedMap<Parameter, Tensor> taken = sum;
    sum = new LinkedHashMap<>();
    return taken;
  }

  /** The sums by the names of their parameters. */
  public SequencedMap<String, Tensor> state() {
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    parameters.forEach((name, parameter) -> {
      Tensor gradient = sum.get(parameter);
      if (gradient != null) {
        state.put(name, gradient);
      }
    });
    return state;
  }

  /**
   * Goes on from a {@link #state}.
   *
   * @throws FileFormatException when a gradient has other extents than its parameter
   */
  public void restore(Checkpoint from) throws IOException {
    sum = new LinkedHashMap<>();
    for (Map.Entry<String, Parameter> entry : parameters.entrySet()) {
      if (from.has(entry.getKey())) {
        Parameter parameter = entry.getValue();
        Tensor gradient = from.tensor(entry.getKey());
        if (!gradient.shape().equals(parameter.shape())) {
          throw new FileFormatException(
              from.source(),
              "a gradient of " + entry.getKey() + " " + parameter.shape(),
              gradient.toString());
        }
        sum.put(parameter, gradient);
      }
    }
  }
}
