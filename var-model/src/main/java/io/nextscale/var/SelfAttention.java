package io.nextscale.var;

import io.nextscale.nn.Constant;
import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.KvCache.Chunk;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head self-attention, x (R,l,C) to (R,l,C).
 *
 * <p>With a learned scale, queries and keys are brought to length 1 and products multiplied with
 * {@code exp(min(logScale, log 100))} per head; without, they are multiplied with {@code 1/4 ·
 * D^−1/2}. Keys have no bias.
 *
 * <p>Source: FoundationVision/VAR models/basic_var.py, SelfAttention @78b9539.
 *
 * @param logScale (1,H,1,1), or null
 * @param queryBias (C)
 * @param valueBias (C)
 * @param keyBias zeros (C), which files hold
 * @param qkv (3C,C): queries of all heads, then keys, then values
 * @param projection of the heads' results side by side
 * @param heads H
 */
public record SelfAttention(
    @Name("scale_mul_1H11") @Nullable Parameter logScale,
    @Name("q_bias") Parameter queryBias,
    @Name("v_bias") Parameter valueBias,
    @Name("zero_k_bias") Constant keyBias,
    @Name("mat_qkv") Linear qkv,
    @Name("proj") Linear projection,
    int heads) {

  /** A layer whose parameters have no values yet. */
  public static SelfAttention declared(int width, int heads, boolean unit) {
    return new SelfAttention(
        unit ? Parameter.declared(Shape.of(1, heads, 1, 1)) : null,
        Parameter.declared(Shape.of(width)),
        Parameter.declared(Shape.of(width)),
        Constant.zeros(Shape.of(width)),
        Linear.declared(width, 3 * width, false),
        Linear.declared(width, width, true),
        heads);
  }

  /** The result. */
  public Tensor forward(Tensor x, Sight sight) {
    return projection.forward(mixed(x, sight));
  }

  /** {@code residual + gate · result} in one pass: gate (R,1,C), residual (R,l,C). */
  public Tensor forward(Tensor x, Sight sight, Tensor gate, Tensor residual) {
    return projection.forward(mixed(x, sight), gate, residual);
  }

  /** The values of all heads, mixed, before the projection: (R,l,C). */
  private Tensor mixed(Tensor x, Sight sight) {
    int width = x.shape().dim(2);
    Tensor bias = Tensor.concat(0, queryBias.value(), keyBias.value(), valueBias.value()); // (3C)
    Tensor all = x.linear(qkv.weight().value(), bias); // (R,l,3C)
    Tensor q = Heads.split(all.slice(2, 0, width), heads);
    Tensor k = Heads.split(all.slice(2, width, 2 * width), heads);
    Tensor v = Heads.split(all.slice(2, 2 * width, 3 * width), heads);
    float scale = Heads.scale(width, heads);
    if (logScale != null) {
      q = Heads.scaled(Heads.unit(q), logScale);
      k = Heads.unit(k);
      scale = 1;
    }
    return sight.attend(q, new Chunk(k, v), scale).reshape(x.shape());
  }
}
