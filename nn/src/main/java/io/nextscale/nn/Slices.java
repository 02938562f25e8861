package io.nextscale.nn;

import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * A batch in slices that are computed side by side, each by one thread from its first operation to
 * its last: what small networks gain from, whose operations are too small to be shared out one by
 * one. With the losses L_i of slices of n_i of n rows:
 *
 * <pre>{@code
 * L = Σ n_i/n L_i,   ∂L = Σ n_i/n ∂L_i
 * }</pre>
 *
 * <p>The sums are taken in the order of the slices, so that their number changes the bits of a
 * result and the number of threads does not.
 */
public final class Slices {

  /** The mean loss of some rows of a batch. */
  @FunctionalInterface
  public interface Loss {
    /** The loss, a scalar, of the rows {@code from <= i < to}. */
    Tensor of(int from, int to);
  }

  /**
   * What slices come to together.
   *
   * @param loss the mean over all rows
   * @param gradients of what was asked for, in the order of the model
   */
  public record Sum(double loss, SequencedMap<Parameter, Tensor> gradients) {}

  private Slices() {}

  /**
   * The loss of a batch, and its gradients times a factor.
   *
   * @param rows of the batch, n
   * @param slices how many, at least 1; no more than rows are made
   */
  public static Sum gradients(
      Parameters parameters, int rows, int slices, float factor, Loss loss) {
    if (rows < 1 || slices < 1) {
      throw new IllegalArgumentException(
          "slices: at least one row and one slice; got " + rows + " and " + slices);
    }
    int count = Math.min(rows, slices);
    Gradients[] parts = new Gradients[count];
    parameters
        .trained()
        .firstEntry()
        .getValue()
        .peek()
        .backend()
        .onHost(
            count,
            1,
            (first, last) -> {
              for (int i = first; i < last; i++) {
                int from = begin(rows, count, i);
                int to = begin(rows, count, i + 1);
                float share = (float) (to - from) / rows * factor;
                parts[i] = Gradients.of(() -> loss.of(from, to).times(share));
              }
            });
    double sum = 0;
    SequencedMap<Parameter, Tensor> gradients = new LinkedHashMap<>();
    for (Gradients part : parts) {
      sum += part.loss().item();
      parameters
          .gradients(part)
          .forEach((parameter, g) -> gradients.merge(parameter, g, Tensor::plus));
    }
    return new Sum(sum / factor, parameters.ordered(gradients));
  }

  private static int begin(int rows, int count, int slice) {
    return (int) ((long) rows * slice / count);
  }
}
