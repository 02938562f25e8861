package io.nextscale.nn;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;

/**
 * Group normalisation of maps: each group of consecutive channels is brought to mean 0 and variance
 * 1 over all positions, then {@code · weight + bias} per channel. x (B,…,C), y as x.
 *
 * @param weight (C)
 * @param bias (C)
 * @param groups a divisor of C
 * @param eps added to the variance
 * @see <a href="https://arxiv.org/abs/1803.08494">Wu and He 2018</a>
 */
public record GroupNorm(Parameter weight, Parameter bias, int groups, float eps) implements Layer {

  /** A layer whose parameters have no values yet. */
  public static GroupNorm declared(int channels, int groups, float eps) {
    if (channels % groups != 0) {
      throw new IllegalArgumentException(
          "groupNorm: channels that " + groups + " groups divide; got " + channels);
    }
    Shape shape = Shape.of(channels);
    return new GroupNorm(Parameter.declared(shape), Parameter.declared(shape), groups, eps);
  }

  @Override
  public Tensor forward(Tensor x) {
    return x.groupNorm(groups, weight.value(), bias.value(), eps, false);
  }

  /** {@code silu(groupNorm(x))} in one pass. */
  public Tensor forwardSilu(Tensor x) {
    return x.groupNorm(groups, weight.value(), bias.value(), eps, true);
  }
}
