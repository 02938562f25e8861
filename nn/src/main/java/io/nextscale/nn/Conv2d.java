package io.nextscale.nn;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Convolution.Padding;
import org.jspecify.annotations.Nullable;

/**
 * A two-dimensional convolution (cross-correlation) of maps: x (B,h,w,C), y (B,h',w',O).
 *
 * @param weight (O,C,kh,kw)
 * @param bias (O), or null for none
 * @param stride the step of the kernel, at least 1
 * @param padding the zeros around x
 */
public record Conv2d(
    @Weight Parameter weight, @Nullable Parameter bias, int stride, Padding padding)
    implements Layer {

  /**
   * A k×k convolution of stride 1 that keeps the size of maps; its parameters have no values yet.
   */
  public static Conv2d declared(int inputs, int outputs, int k) {
    return declared(inputs, outputs, k, 1, Padding.same(k));
  }

  /** A k×k convolution whose parameters have no values yet. */
  public static Conv2d declared(int inputs, int outputs, int k, int stride, Padding padding) {
    return new Conv2d(
        Parameter.declared(Shape.of(outputs, inputs, k, k)),
        Parameter.declared(Shape.of(outputs)),
        stride,
        padding);
  }

  @Override
  public Tensor forward(Tensor x) {
    return x.conv2d(weight.value(), biasValue(), stride, padding, null);
  }

  /** The result plus a map of its shape, in one pass. */
  public Tensor forward(Tensor x, Tensor residual) {
    return x.conv2d(weight.value(), biasValue(), stride, padding, residual);
  }

  private @Nullable Tensor biasValue() {
    return bias == null ? null : bias.value();
  }
}
