package io.nextscale.cli.parity;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Block;
import io.nextscale.var.Modulation;
import io.nextscale.var.Sight;
import io.nextscale.var.VarConfig;
import io.nextscale.vqvae.Scales;
import java.io.IOException;
import java.util.Set;

/**
 * A block of the transformer, with a condition layer of its own ({@code aln}) and with a shared one
 * ({@code saln}): as it is ({@code y_eval}), and with branches left out for some images and
 * multiplied by 1/(1 − rate) for the others ({@code y_droppath<rate>}).
 */
final class BlockCheck {

  private static final String DROPPED = "y_droppath";

  private BlockCheck() {}

  static Check check() {
    return new OpCheck("transformer block", "ops/adaln_block.safetensors", BlockCheck::check);
  }

  private static boolean check(OpCase op, Comparison comparison) throws IOException {
    Tensor x = op.in("x"); // (B,L,C)
    int width = x.shape().dim(2);
    boolean shared = op.has("in.ada_gss");
    boolean unit = op.has("in.attn.scale_mul_1H11");
    int heads = op.integers("heads").getFirst();
    VarConfig config = new VarConfig(1, width, heads, 1, 1, 1, Scales.of(1), shared, unit);
    Block block = Block.declared(config);
    op.fill(block, Set.of("x", "cond", "keep_attn", "keep_ffn"));

    Tensor given = op.in("cond"); // (B,C), or (B,1,6,C) from the shared layer
    int batch = given.shape().dim(0);
    Modulation modulation =
        shared
            ? block.modulation(given, given.reshape(batch, 6, width))
            : block.modulation(given.silu(), null);
    op.result(comparison, "y_eval", block.forward(x, modulation, Sight.all()));
    for (String result : op.names("out")) {
      if (result.startsWith(DROPPED)) {
        float rate = Float.parseFloat(result.substring(DROPPED.length()));
        Modulation dropped =
            new Modulation(
                modulation.gate1().times(factor(op, "keep_attn", rate)),
                modulation.gate2().times(factor(op, "keep_ffn", rate)),
                modulation.scale1(),
                modulation.scale2(),
                modulation.shift1(),
                modulation.shift2());
        op.result(comparison, result, block.forward(x, dropped, Sight.all()));
      }
    }
    return true;
  }

  private static Tensor factor(OpCase op, String mask, float rate) throws IOException {
    Tensor keep = op.in(mask);
    return keep.reshape(Shape.of(keep.shape().size(), 1, 1)).div(1 - rate); // (B,1,1)
  }
}
