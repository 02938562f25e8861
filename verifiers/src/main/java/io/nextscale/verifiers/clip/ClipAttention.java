package io.nextscale.verifiers.clip;

import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.nn.Weight;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.layer.MultiHead;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head self-attention with the names of {@code torch.nn.MultiheadAttention}: x (B,L,C) to
 * (B,L,C).
 *
 * @param weight queries, keys, values one after another, (3C,C)
 * @param bias (3C)
 * @param projection of the heads' results side by side
 * @param heads H
 */
public record ClipAttention(
    @Weight @Name("in_proj_weight") Parameter weight,
    @Name("in_proj_bias") Parameter bias,
    @Name("out_proj") Linear projection,
    int heads) {

  static ClipAttention declared(int width, int heads) {
    return new ClipAttention(
        Parameter.declared(Shape.of(3 * width, width)),
        Parameter.declared(Shape.of(3 * width)),
        Linear.declared(width, width, true),
        heads);
  }

  /**
   * The result.
   *
   * @param visible I32 (L), how many tokens each token sees; null: all
   */
  public Tensor forward(Tensor x, @Nullable Tensor visible) {
    Tensor qkv = x.linear(weight.value(), bias.value()); // (B,L,C) -> (B,L,3C)
    return projection.forward(MultiHead.attend(qkv, heads, visible));
  }
}
