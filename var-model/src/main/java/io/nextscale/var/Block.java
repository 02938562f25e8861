package io.nextscale.var;

import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.KvCache.Chunk;
import org.jspecify.annotations.Nullable;

/**
 * A transformer block whose normalisations and branches obey the condition, with LN the layer norm
 * without parameters and γ, σ, β the {@link Modulation}:
 *
 * <pre>{@code
 * x ← x + γ₁ attention(LN(x) (1 + σ₁) + β₁)
 * x ← x + crossAttention(LN(x), text)                where captions are the condition
 * x ← x + γ₂ feedForward(LN(x) (1 + σ₂) + β₂)
 * }</pre>
 *
 * <p>Source: FoundationVision/VAR models/basic_var.py, AdaLNSelfAttn @78b9539; cross-attention at
 * the place that Han et al. 2024, <a href="https://arxiv.org/abs/2412.04431">Infinity</a>, give it.
 *
 * @param offsets (1,1,6,C), added to what all blocks share; null where the block has its own layer
 * @param attention over what the block sees
 * @param cross to the caption; null where labels are the condition
 * @param feedForward token by token
 * @param condition (6C,C) from the condition; null where all blocks share one
 */
public record Block(
    @Name("ada_gss") @Nullable Parameter offsets,
    @Name("attn") SelfAttention attention,
    @Name("cross") @Nullable CrossAttention cross,
    @Name("ffn") FeedForward feedForward,
    @Name("ada_lin.1") @Nullable Linear condition) {

  static final float EPS = 1e-6f;

  /** A block whose parameters have no values yet. */
  public static Block declared(VarConfig config) {
    int width = config.width();
    boolean shared = config.sharedCondition();
    TextConfig text = config.text();
    return new Block(
        shared ? Parameter.declared(Shape.of(1, 1, 6, width)) : null,
        SelfAttention.declared(width, config.heads(), config.unitAttention()),
        text == null
            ? null
            : CrossAttention.declared(width, text.width(), config.heads(), config.unitAttention()),
        FeedForward.declared(width),
        shared ? null : Linear.declared(width, 6 * width, true));
  }

  /**
   * The modulation of this block.
   *
   * @param condition {@code silu(e)} for the label's embedding e, (R,C)
   * @param shared what the blocks share, (R,6,C), or null
   */
  public Modulation modulation(Tensor condition, @Nullable Tensor shared) {
    if (this.condition != null) {
      return Modulation.of(
          this.condition.forward(condition).reshape(condition.shape().dim(0), 6, -1));
    }
    if (offsets == null || shared == null) {
      throw new IllegalStateException("block: a condition of its own or a shared one; got neither");
    }
    return Modulation.of(shared.plus(offsets.value().reshape(1, 6, -1)));
  }

  /** The tokens after this block, (R,l,C), where labels are the condition. */
  public Tensor forward(Tensor x, Modulation m, Sight sight) {
    return forward(x, m, null, sight);
  }

  /**
   * The tokens after this block, (R,l,C).
   *
   * @param text keys and values of the text; null where labels are the condition
   */
  public Tensor forward(Tensor x, Modulation m, @Nullable Chunk text, Sight sight) {
    if ((cross == null) != (text == null)) {
      throw new IllegalArgumentException(
          "block: "
              + (cross == null ? "no text, labels are its condition" : "keys and values of text")
              + "; got "
              + (text == null ? "none" : "some"));
    }
    Tensor y =
        attention.forward(x.modulatedLayerNorm(m.scale1(), m.shift1(), EPS), sight, m.gate1(), x);
    if (cross != null && text != null) {
      y = y.plus(cross.forward(y.layerNorm(EPS), text));
    }
    return feedForward.forward(y.modulatedLayerNorm(m.scale2(), m.shift2(), EPS), m.gate2(), y);
  }
}
