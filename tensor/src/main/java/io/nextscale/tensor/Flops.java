package io.nextscale.tensor;

import io.nextscale.tensor.op.Op;
import java.util.function.Supplier;

/**
 * Counts the floating-point operations of a computation by running it once.
 *
 * <pre>{@code
 * double flops = Flops.of(() -> decoder.forward(map));
 * }</pre>
 *
 * @see Op#flops
 */
public final class Flops implements Recording {

  private double sum;

  private Flops() {}

  /** The floating-point operations of a body that does not take gradients. */
  public static double of(Supplier<Tensor> body) {
    Flops flops = new Flops();
    Recording.during(flops, body);
    return flops.sum;
  }

  @Override
  public void onApply(Op op, Tensor[] in, Tensor out) {
    Shape[] shapes = new Shape[in.length];
    for (int i = 0; i < in.length; i++) {
      shapes[i] = in[i].shape();
    }
    sum += op.flops(out.shape(), shapes);
  }
}
