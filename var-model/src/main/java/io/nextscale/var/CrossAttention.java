package io.nextscale.var;

import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.KvCache.Chunk;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention of tokens to a context, x (R,l,C) and context (R,T,Ct) to (R,l,C). Products
 * are scaled as in {@link SelfAttention}.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017, section 3.2.3</a>
 * @param logScale (1,H,1,1), or null
 * @param query to the queries of all heads, (C,C)
 * @param keyValue from the context to the keys of all heads, then the values, (2C,Ct)
 * @param projection of the heads' results side by side
 * @param heads H
 */
public record CrossAttention(
    @Name("scale_mul_1H11") @Nullable Parameter logScale,
    @Name("mat_q") Linear query,
    @Name("mat_kv") Linear keyValue,
    @Name("proj") Linear projection,
    int heads) {

  /**
   * A layer whose parameters have no values yet.
   *
   * @param context channels of the context, Ct
   */
  public static CrossAttention declared(int width, int context, int heads, boolean unit) {
    return new CrossAttention(
        unit ? Parameter.declared(Shape.of(1, heads, 1, 1)) : null,
        Linear.declared(width, width, true),
        Linear.declared(context, 2 * width, true),
        Linear.declared(width, width, true),
        heads);
  }

  /** Keys and values of a context (R,T,Ct), (R,T,H,D) each: the same for all tokens and scales. */
  public Chunk keysAndValues(Tensor context) {
    Tensor both = keyValue.forward(context); // (R,T,2C)
    int width = both.shape().dim(2) / 2;
    Tensor keys = Heads.split(both.slice(2, 0, width), heads);
    Tensor values = Heads.split(both.slice(2, width, 2 * width), heads);
    return new Chunk(logScale == null ? keys : Heads.unit(keys), values);
  }

  /**
   * The result, (R,l,C).
   *
   * @param context its keys and values
   */
  public Tensor forward(Tensor x, Chunk context) {
    Tensor q = Heads.split(query.forward(x), heads); // (R,l,H,D)
    float scale = Heads.scale(x.shape().dim(2), heads);
    if (logScale != null) {
      q = Heads.scaled(Heads.unit(q), logScale);
      scale = 1;
    }
    Tensor mixed = q.attention(List.of(context.keys()), List.of(context.values()), null, scale);
    return projection.forward(mixed.reshape(x.shape()));
  }
}
