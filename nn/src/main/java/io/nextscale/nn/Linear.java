package io.nextscale.nn;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.MatrixProduct.Activation;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer, {@code y = x Wᵀ + b}: x (…,K), y (…,N).
 *
 * @param weight W (N,K)
 * @param bias b (N), or null for none
 */
public record Linear(@Weight Parameter weight, @Nullable Parameter bias) implements Layer {

  /** A layer whose parameters have no values yet. */
  public static Linear declared(int inputs, int outputs, boolean bias) {
    return new Linear(
        Parameter.declared(Shape.of(outputs, inputs)),
        bias ? Parameter.declared(Shape.of(outputs)) : null);
  }

  @Override
  public Tensor forward(Tensor x) {
    return x.linear(weight.value(), biasValue());
  }

  /** {@code f(x Wᵀ + b)} in one pass. */
  public Tensor forward(Tensor x, Activation activation) {
    return x.linear(weight.value(), biasValue(), activation, null, null);
  }

  /**
   * {@code residual + gate · (x Wᵀ + b)} in one pass: x (B,L,K), residual (B,L,N).
   *
   * @param gate (B,1,N)
   */
  public Tensor forward(Tensor x, Tensor gate, Tensor residual) {
    return x.linear(weight.value(), biasValue(), Activation.NONE, gate, residual);
  }

  private @Nullable Tensor biasValue() {
    return bias == null ? null : bias.value();
  }
}
