package io.nextscale.verifiers.reward;

import io.nextscale.nn.LayerNorm;
import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.layer.MultiHead;

/**
 * Attention of tokens to themselves or to others, with what follows it: {@code LN(x + dense(…))}; x
 * (B,T,C), context (B,L,Cc), result (B,T,C).
 *
 * <p>Source: THUDM/ImageReward ImageReward/models/BLIP/med.py, BertAttention @c1392c6.
 *
 * @param query (C,C)
 * @param key (C,Cc)
 * @param value (C,Cc)
 * @param dense of the heads' results side by side
 * @param norm after the sum
 * @param heads H
 */
public record BertAttention(
    @Name("self.query") Linear query,
    @Name("self.key") Linear key,
    @Name("self.value") Linear value,
    @Name("output.dense") Linear dense,
    @Name("output.LayerNorm") LayerNorm norm,
    int heads) {

  static BertAttention declared(int width, int context, int heads) {
    return new BertAttention(
        Linear.declared(width, width, true),
        Linear.declared(context, width, true),
        Linear.declared(context, width, true),
        Linear.declared(width, width, true),
        LayerNorm.declared(width, BertLayer.EPS),
        heads);
  }

  /** The tokens after it. */
  public Tensor forward(Tensor x, Tensor context) {
    Tensor mixed =
        MultiHead.attend(
            query.forward(x), key.forward(context), value.forward(context), heads, null);
    return norm.forward(dense.forward(mixed).plus(x));
  }
}
