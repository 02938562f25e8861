package io.nextscale.cli.parity;

import io.nextscale.nn.Layer;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.AttnBlock;
import io.nextscale.vqvae.ResnetBlock;
import java.io.IOException;
import java.util.Set;

/** The attention block and the residual block of the tokenizer, with all their gradients. */
final class TokenizerBlocksCheck {

  private TokenizerBlocksCheck() {}

  static Check check() {
    return new OpCheck(
        "blocks of the tokenizer", "ops/vae_blocks.safetensors", TokenizerBlocksCheck::check);
  }

  private static boolean check(OpCase op, Comparison comparison) throws IOException {
    int inputs = op.golden("in.x").shape().dim(1);
    int outputs = op.golden("out.y").shape().dim(1);
    return switch (op.name()) {
      case "attnblock" -> check(op, comparison, AttnBlock.declared(inputs));
      case "resblock" -> check(op, comparison, ResnetBlock.declared(inputs, outputs, false));
      default -> false;
    };
  }

  private static <B extends Record & Layer> boolean check(OpCase op, Comparison comparison, B block)
      throws IOException {
    Tensor x = op.map("x");
    op.differentiate(comparison, true, op.fill(block, Set.of("x")), () -> block.forward(x));
    return true;
  }
}
