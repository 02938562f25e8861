package io.nextscale.training;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;

/**
 * An exponential moving average of weights. At update t = 0, 1, 2, … a weight w changes its average
 * a by
 *
 * <pre>{@code
 * a ← a + (1 − d_t) (w − a),   d_t = min(decay, (1 + t) / (10 + t))
 * }</pre>
 *
 * <p>so that the first values, which are random, are soon forgotten.
 *
 * <p>Source: Polyak and Juditsky 1992; the warm-up is that of tf.train.ExponentialMovingAverage
 * with its argument num_updates.
 */
public final class Ema {

  private final double decay;
  private final Parameters model;
  private final SequencedMap<String, Average> averages = new LinkedHashMap<>();
  private int updates;

  /** A parameter and the running average of its values. */
  private record Average(Parameter parameter, float[] values) {

    void update(float share) {
      float[] weight = parameter.peek().toArray();
      for (int i = 0; i < weight.length; i++) {
        values[i] += share * (weight[i] - values[i]);
      }
    }

    Tensor tensor() {
      return Tensor.of(parameter.shape(), values.clone());
    }
  }

  /**
   * Averages that begin at the weights as they are.
   *
   * @param decay 0 .. 1, 1 not included
   */
  public Ema(Parameters model, double decay) {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException("ema: a decay of 0 .. 1, 1 not included; got " + decay);
    }
    this.decay = decay;
    this.model = model;
    model
        .trained()
        .forEach((name, parameter) ->
            averages.put(name, new Average(parameter, parameter.peek().toArray())));
  }

  /** The decay of an update, {@code min(decay, (1 + t) / (10 + t))}. */
  public double decay(int update) {
    return Math.min(decay, (1.0 + update) / (10.0 + update));
  }

  /** Takes in the weights of now. */
  public void update() {
    float share = (float) (1 - decay(updates++));
    averages.values().forEach(average -> average.update(share));
  }

  /** The model with averaged weights, for saving; what is not trained is as it is in the model. */
  public Checkpoint checkpoint(String source) {
    Checkpoint plain = model.checkpoint(source);
    return new Checkpoint() {
      @Override
      public String source() {
        return source;
      }

      @Override
      public SequencedMap<String, Shape> shapes() {
        return plain.shapes();
      }

      @Override
      public Tensor tensor(String name) throws IOException {
        Average average = averages.get(name);
        return average == null ? plain.tensor(name) : average.tensor();
      }
    };
  }

  /** Computes something with averaged weights in the model; afterwards it has its own again. */
  public <T> T during(Supplier<T> body) {
    Map<Parameter, Tensor> own = new LinkedHashMap<>();
    averages.values().forEach(average -> own.put(average.parameter, average.parameter.peek()));
    try {
      averages.values().forEach(average -> average.parameter.set(average.tensor()));
      return body.get();
    } finally {
      own.forEach(Parameter::set);
    }
  }

  /** The averages by the names of their parameters, and {@code updates} I32 (1). */
  public SequencedMap<String, Tensor> state() {
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    state.put("updates", Tensor.ofInts(Shape.of(1), updates));
    averages.forEach((name, average) -> state.put("average." + name, average.tensor()));
    return state;
  }

  /**
   * Goes back to what {@link #state} gave.
   *
   * @throws FileFormatException when the averages are those of another model
   */
  public void restore(Checkpoint from) throws IOException {
    for (Map.Entry<String, Average> entry : averages.entrySet()) {
      Average average = entry.getValue();
      Tensor saved = from.tensor("average." + entry.getKey());
      if (!saved.shape().equals(average.parameter.shape())) {
        throw new FileFormatException(
            from.source(),
            "averages of " + entry.getKey() + " " + average.parameter.shape(),
            saved.shape().toString());
      }
      System.arraycopy(saved.toArray(), 0, average.values, 0, average.values.length);
    }
    updates = from.tensor("updates").toInts()[0];
  }
}
