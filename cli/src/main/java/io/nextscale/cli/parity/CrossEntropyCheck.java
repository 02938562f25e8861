package io.nextscale.cli.parity;

import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import java.util.List;

/**
 * Cross-entropy {@code (1 − e)(−log p_t) + e mean_v(−log p_v)} with the label smoothing e of the
 * case {@code ls<e>}: per row, its mean, and the gradient of the mean.
 */
final class CrossEntropyCheck {

  private CrossEntropyCheck() {}

  static Check check() {
    return new OpCheck("cross-entropy", "ops/cross_entropy.safetensors", CrossEntropyCheck::check);
  }

  private static boolean check(OpCase op, Comparison comparison) throws FileFormatException {
    if (!op.name().startsWith("ls")) {
      return false;
    }
    float smoothing = Float.parseFloat(op.name().substring(2));
    Tensor logits = op.golden("in.logits").tensor();
    Tensor target = op.golden("in.target").indices();
    Gradients mean =
        Gradients.of(List.of(logits), () -> logits.crossEntropy(target, smoothing).mean());
    op.result(comparison, "loss_none", logits.crossEntropy(target, smoothing));
    op.result(comparison, "loss_mean", mean.loss());
    op.gradient(comparison, "logits_of_mean", mean.of(logits));
    return true;
  }
}
