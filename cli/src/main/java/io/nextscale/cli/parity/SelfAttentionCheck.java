package io.nextscale.cli.parity;

import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.var.KvCache.Chunk;
import io.nextscale.var.SelfAttention;
import io.nextscale.var.Sight;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The attention of the transformer with and without unit queries and keys: with the mask of
 * training and all gradients ({@code y}), without a mask ({@code y_nomask}), and scale by scale
 * with the keys and values of earlier scales kept ({@code y_kvcache}).
 */
final class SelfAttentionCheck {

  private SelfAttentionCheck() {}

  static Check check() {
    return new OpCheck(
        "self-attention", "ops/self_attention.safetensors", SelfAttentionCheck::check);
  }

  private static boolean check(OpCase op, Comparison comparison) throws IOException {
    Tensor x = op.in("x"); // (B,L,C)
    boolean unit = op.has("in.scale_mul_1H11");
    int heads = op.integers("heads").getFirst();
    SelfAttention attention = SelfAttention.declared(x.shape().dim(2), heads, unit);
    Parameters parameters = op.fill(attention, Set.of("x", "attn_bias"));

    Sight masked = Sight.masked(visible(op.golden("in.attn_bias")));
    op.differentiate(comparison, false, parameters, () -> attention.forward(x, masked));
    op.result(comparison, "y_nomask", attention.forward(x, Sight.all()));

    List<Chunk> past = new ArrayList<>();
    List<Tensor> parts = new ArrayList<>();
    int begin = 0;
    for (int side : op.integers("patch_nums")) {
      Tensor part = x.slice(1, begin, begin + side * side);
      begin += side * side;
      List<Chunk> earlier = List.copyOf(past);
      parts.add(attention.forward(part, Sight.after(earlier, past::add)));
    }
    op.result(comparison, "y_kvcache", Tensor.concat(1, parts.toArray(Tensor[]::new)));
    return true;
  }

  /** From a mask (1,1,L,L) of 0 and −∞ how many keys each query sees, which are the first ones. */
  private static Tensor visible(GoldenArray bias) throws FileFormatException {
    int length = bias.shape().dim(-1);
    int[] visible = new int[length];
    for (int i = 0; i < length; i++) {
      while (visible[i] < length && bias.values()[i * length + visible[i]] == 0) {
        visible[i]++;
      }
      for (int j = visible[i]; j < length; j++) {
        if (bias.values()[i * length + j] != Double.NEGATIVE_INFINITY) {
          throw new FileFormatException("attn_bias", "zeros, then −∞ in each row", "another mask");
        }
      }
    }
    return Tensor.ofInts(Shape.of(length), visible);
  }
}
