package io.nextscale.cli.parity;

import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;

/**
 * The soft choice of {@code more_smooth}: {@code softmax(((1 + ratio) logits + g) / tau)} with
 * given Gumbel noise g.
 */
final class GumbelCheck {

  private GumbelCheck() {}

  static Check check() {
    return new OpCheck("Gumbel softmax", "ops/gumbel.safetensors", GumbelCheck::check);
  }

  private static boolean check(OpCase op, Comparison comparison) throws FileFormatException {
    float ratio = (float) op.golden("in.ratio").scalar();
    float tau = (float) op.golden("in.tau").scalar();
    Tensor logits = op.golden("in.logits").tensor();
    Tensor noise = op.golden("in.gumbel").tensor();
    op.result(comparison, "y", logits.times(1 + ratio).plus(noise).div(tau).softmax());
    return true;
  }
}
