package io.nextscale.nn;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;

/**
 * Layer normalisation with a learned factor and shift per channel, {@code y = (x − mean) /
 * √(variance + eps) · w + b} over the last axis: x and y (…,C).
 *
 * @param weight w (C)
 * @param bias b (C)
 * @param eps greater than 0
 * @see <a href="https://arxiv.org/abs/1607.06450">Ba, Kiros and Hinton 2016</a>
 */
public record LayerNorm(Parameter weight, Parameter bias, float eps) implements Layer {

  /** A layer whose parameters have no values yet. */
  public static LayerNorm declared(int width, float eps) {
    return new LayerNorm(
        Parameter.declared(Shape.of(width)), Parameter.declared(Shape.of(width)), eps);
  }

  @Override
  public Tensor forward(Tensor x) {
    return x.layerNorm(eps).times(weight.value()).plus(bias.value());
  }
}
