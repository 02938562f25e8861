package io.nextscale.nn;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;

/**
 * Batch normalisation with the statistics of training, per channel: {@code y = (x − mean) /
 * √(variance + eps) · weight + bias}. x (…,C), y as x.
 *
 * @param weight (C)
 * @param bias (C)
 * @param runningMean (C)
 * @param runningVariance (C)
 * @param batches the number of batches the statistics have seen, (); stored, not used
 * @param eps added to the variance; 1e-5 in PyTorch
 * @see <a href="https://arxiv.org/abs/1502.03167">Ioffe and Szegedy 2015</a>
 */
public record BatchNorm(
    Parameter weight,
    Parameter bias,
    @Buffer @Name("running_mean") Parameter runningMean,
    @Buffer @Name("running_var") Parameter runningVariance,
    @Buffer @Name("num_batches_tracked") Parameter batches,
    float eps)
    implements Layer {

  /** A layer whose parameters have no values yet. */
  public static BatchNorm declared(int channels, float eps) {
    Shape shape = Shape.of(channels);
    return new BatchNorm(
        Parameter.declared(shape),
        Parameter.declared(shape),
        Parameter.declared(shape),
        Parameter.declared(shape),
        Parameter.declared(Shape.of()),
        eps);
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor scale = weight.value().div(runningVariance.value().plus(eps).sqrt()); // (C)
    Tensor shift = bias.value().minus(runningMean.value().times(scale));
    return x.times(scale).plus(shift);
  }
}
