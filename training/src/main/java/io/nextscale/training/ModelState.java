package io.nextscale.training;

import io.nextscale.nn.AdamW;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Member;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a training remembers of one model: its weights and buffers under {@code model.}, the moments
 * of its optimiser under {@code optimizer.}, its averages under {@code ema.}.
 *
 * <p>A learner of several models, such as a tokenizer and its discriminator, gives each a prefix:
 *
 * <pre>{@code
 * tokenizer.addTo(state, "tokenizer.");           // in Learner.state
 * tokenizer.restore(saved.under("tokenizer."));   // in Learner.restore
 * }</pre>
 *
 * @param ema null when no averages are kept
 */
public record ModelState(Parameters parameters, AdamW optimizer, @Nullable Ema ema) {

  private static final String MODEL = "model.";
  private static final String OPTIMIZER = "optimizer.";
  private static final String EMA = "ema.";

  /** Adds everything to a learner's state, every name with the prefix. */
  public void addTo(SequencedMap<String, Tensor> state, String prefix) {
    for (Member member : parameters.members()) {
      if (member instanceof Member.Variable variable) {
        state.put(prefix + MODEL + variable.name(), variable.value());
      }
    }
    optimizer
        .state(parameters.trained())
        .forEach((name, tensor) -> state.put(prefix + OPTIMIZER + name, tensor));
    if (ema != null) {
      ema.state().forEach((name, tensor) -> state.put(prefix + EMA + name, tensor));
    }
  }

  /**
   * Goes back to what {@link #addTo} gave.
   *
   * @param from the names without the prefix: {@link Checkpoint#under}
   * @throws FileFormatException when names or extents are those of another model
   */
  public void restore(Checkpoint from) throws IOException {
    Checkpoint model = from.under(MODEL);
    for (Member member : parameters.members()) {
      if (member instanceof Member.Variable variable) {
        Shape saved = model.shapes().get(variable.name());
        if (saved == null || !saved.equals(variable.shape())) {
          throw new FileFormatException(
              from.source(),
              variable.name() + " " + variable.shape(),
              saved == null ? "no such tensor" : saved.toString(),
              "this is the state of another model");
        }
        variable.parameter().set(model.tensor(variable.name()));
      }
    }
    optimizer.restore(parameters.trained(), from.under(OPTIMIZER));
    if (ema != null) {
      ema.restore(from.under(EMA));
    }
  }
}
