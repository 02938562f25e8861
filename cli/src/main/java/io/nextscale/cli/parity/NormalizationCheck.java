package io.nextscale.cli.parity;

import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;

/** Normalisations and activations with their gradients; eps is 1e-6, for unit length 1e-12. */
final class NormalizationCheck {

  private static final float EPS = 1e-6f;
  private static final float UNIT_EPS = 1e-12f;

  private NormalizationCheck() {}

  static Check check() {
    return new OpCheck(
        "normalisation and activations", "ops/norm_act.safetensors", NormalizationCheck::check);
  }

  private static boolean check(OpCase op, Comparison comparison) throws FileFormatException {
    if (op.name().startsWith("groupnorm")) {
      Tensor x = op.map("x");
      Tensor g = op.in("g");
      Tensor b = op.in("b");
      int groups = Described.integersIn(op.name()).getFirst();
      boolean silu = op.name().endsWith("_silu");
      op.differentiate(comparison, true, () -> x.groupNorm(groups, g, b, EPS, silu));
      return true;
    }
    Tensor x = op.in("x");
    switch (op.name()) {
      case "gelu_tanh" -> op.differentiate(comparison, false, x::gelu);
      case "silu" -> op.differentiate(comparison, false, x::silu);
      case "softmax" -> op.differentiate(comparison, false, x::softmax);
      case "layernorm_noaffine" -> op.differentiate(comparison, false, () -> x.layerNorm(EPS));
      case "l2normalize" -> op.differentiate(comparison, false, () -> x.l2Normalize(UNIT_EPS));
      case "adaln_modulate" -> {
        Tensor scale = op.in("scale");
        Tensor shift = op.in("shift");
        op.differentiate(comparison, false, () -> x.modulatedLayerNorm(scale, shift, EPS));
      }
      default -> {
        return false;
      }
    }
    return true;
  }
}
