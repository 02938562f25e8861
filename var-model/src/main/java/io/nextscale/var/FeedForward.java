package io.nextscale.var;

import io.nextscale.nn.Layer;
import io.nextscale.nn.Linear;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.MatrixProduct.Activation;

/**
 * Two linear layers, {@code fc2(gelu(fc1(x)))} with GELU in its tanh form: x and result (R,l,C).
 *
 * <p>Source: FoundationVision/VAR models/basic_var.py, FFN @78b9539.
 */
public record FeedForward(Linear fc1, Linear fc2) implements Layer {

  private static final int RATIO = 4;

  /** Layers whose parameters have no values yet, four times as wide inside. */
  public static FeedForward declared(int width) {
    return new FeedForward(
        Linear.declared(width, RATIO * width, true), Linear.declared(RATIO * width, width, true));
  }

  @Override
  public Tensor forward(Tensor x) {
    return fc2.forward(fc1.forward(x, Activation.GELU));
  }

  /** {@code residual + gate · result} in one pass: gate (R,1,C), residual (R,l,C). */
  public Tensor forward(Tensor x, Tensor gate, Tensor residual) {
    return fc2.forward(fc1.forward(x, Activation.GELU), gate, residual); // (R,l,4C) -> (R,l,C)
  }
}
