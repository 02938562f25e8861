package io.nextscale.training.learner;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Tensor;
import io.nextscale.training.Ema;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Averages of the weights, where the settings ask for them; else the weights themselves. */
final class Averages {

  private static final String EMA = "ema.";
  private static final String TRAINER = "trainer.";

  private final Parameters parameters;
  private final @Nullable Ema ema;

  /** Averages of parameters; a decay of 0: none. */
  Averages(Parameters parameters, double decay) {
    this.parameters = parameters;
    this.ema = decay == 0 ? null : new Ema(parameters, decay);
  }

  /** Whether there are any. */
  boolean kept() {
    return ema != null;
  }

  /** Takes the weights after a batch; NaN is the norm of one that did not complete a step. */
  void update(double gradientNorm) {
    if (ema != null && !Double.isNaN(gradientNorm)) {
      ema.update();
    }
  }

  /** Runs with the averages in the place of the weights. */
  <T> T during(Supplier<T> body) {
    return ema == null ? body.get() : ema.during(body);
  }

  /** What is exported. */
  Checkpoint exported(String source) {
    return ema == null ? parameters.checkpoint(source) : ema.checkpoint(source);
  }

  /** What a checkpoint holds: the state of a trainer, and them. */
  SequencedMap<String, Tensor> beside(Map<String, Tensor> trainer) {
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    trainer.forEach((name, value) -> state.put(TRAINER + name, value));
    addTo(state);
    return state;
  }

  /** The state of the trainer in what {@link #beside} gave. */
  static Checkpoint trainer(Checkpoint state) {
    return state.under(TRAINER);
  }

  /** Adds what a checkpoint holds of them. */
  void addTo(Map<String, Tensor> state) {
    if (ema != null) {
      ema.state().forEach((name, value) -> state.put(EMA + name, value));
    }
  }

  /** Goes back to a checkpoint. */
  void restore(Checkpoint state) throws IOException {
    if (ema != null) {
      ema.restore(state.under(EMA));
    }
  }
}
