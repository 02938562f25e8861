package io.nextscale.tensor;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A loss and its derivatives with respect to parameters and watched tensors.
 *
 * <pre>{@code
 * Gradients g = Gradients.of(() -> model.forward(x).crossEntropy(targets, 0).mean());
 * optimizer.step(g);
 * log(g.loss().item());
 * }</pre>
 *
 * <p>The forward pass is recorded on a tape bound to the calling thread, then walked back once.
 * Nothing accumulates between calls, so there is nothing to reset.
 */
public final class Gradients {

  private final Tensor loss;
  private final Map<Long, Tensor> gradients;

  private Gradients(Tensor loss, Map<Long, Tensor> gradients) {
    this.loss = loss;
    this.gradients = gradients;
  }

  /**
   * The gradients of a scalar with respect to every {@link Parameter} whose value the supplier
   * reads.
   */
  public static Gradients of(Supplier<Tensor> loss) {
    return of(List.of(), loss);
  }

  /** The same, also with respect to given tensors. */
  public static Gradients of(List<Tensor> watched, Supplier<Tensor> loss) {
    Tape tape = new Tape(watched.toArray(Tensor[]::new));
    Tensor value = Recording.during(tape, loss);
    if (value.shape().size() != 1) {
      throw new ShapeException(
          "gradients: a loss of one element; got " + value + " — take its mean() or sum()");
    }
    Tensor one = Tensor.ones(value.shape()).to(value.backend());
    return new Gradients(value, quietly(() -> tape.backward(value, one)));
  }

  /**
   * The gradients of {@code Σ result · upstream}: a vector-Jacobian product.
   *
   * @param upstream of the result's shape
   */
  public static Gradients of(List<Tensor> watched, Supplier<Tensor> result, Tensor upstream) {
    Tape tape = new Tape(watched.toArray(Tensor[]::new));
    Tensor value = Recording.during(tape, result);
    if (!value.shape().equals(upstream.shape())) {
      throw new ShapeException(
          "gradients", "upstream of the result's shape", value.shape(), upstream.shape());
    }
    return new Gradients(value, quietly(() -> tape.backward(value, upstream)));
  }

  /**
   * Runs a block without keeping its inner results; walking back runs it again. The block must read
   * nothing that changes between the two runs (random draws are taken before it).
   *
   * @param inputs the tensors made outside that the block reads and gradients flow to
   */
  public static Tensor checkpoint(Supplier<Tensor> block, Tensor... inputs) {
    if (!(Recording.CURRENT.isBound() && Recording.CURRENT.get() instanceof Tape tape)) {
      return block.get();
    }
    Tensor output = Recording.during(Recording.NONE, block);
    tape.addCheckpoint(block, inputs, output);
    return output;
  }

  /** The value that was differentiated. */
  public Tensor loss() {
    return loss;
  }

  /** The gradient of a parameter, of its shape; null when the loss does not depend on it. */
  public @Nullable Tensor of(Parameter parameter) {
    return gradients.get(parameter.peek().id());
  }

  /** The gradient of a watched tensor, of its shape; null when the loss does not depend on it. */
  public @Nullable Tensor of(Tensor watched) {
    return gradients.get(watched.id());
  }

  private static Map<Long, Tensor> quietly(Supplier<Map<Long, Tensor>> walk) {
    return ScopedValue.where(Recording.CURRENT, Recording.NONE).call(walk::get);
  }
}
