package io.nextscale.baselines.diffusion;

import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.CrossAttention;
import io.nextscale.var.FeedForward;
import io.nextscale.var.KvCache.Chunk;
import io.nextscale.var.Modulation;
import io.nextscale.var.TextConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A block of a diffusion transformer, adaLN-Zero. What it computes is what {@link
 * io.nextscale.var.Block} does; how the condition is laid out and how heads attend differ.
 *
 * <p>Source: Peebles and Xie 2023, section 3.2; facebookresearch/DiT models.py, DiTBlock @ed81ce2.
 *
 * @param attention over all tokens
 * @param cross to the caption, at the place and in the form that {@link io.nextscale.var.Block} has
 *     it; null where labels are the condition
 * @param feedForward token by token
 * @param condition (6W,W): shift, scale and gate of the attention, then of the feed-forward
 */
public record DitBlock(
    @Name("attn") Attention attention,
    @Name("cross") @Nullable CrossAttention cross,
    @Name("mlp") FeedForward feedForward,
    @Name("adaLN_modulation.1") Linear condition) {

  static final float EPS = 1e-6f;

  /**
   * Multi-head self-attention with products scaled by {@code D^−1/2}.
   *
   * @param qkv (3W,W): queries of all heads, then keys, then values
   * @param projection of the heads' results side by side
   * @param heads H
   */
  public record Attention(@Name("qkv") Linear qkv, @Name("proj") Linear projection, int heads) {

    /** {@code residual + gate · result}: x and residual (B,L,W), gate (B,1,W). */
    Tensor forward(Tensor x, Tensor gate, Tensor residual) {
      int rows = x.shape().dim(0);
      int width = x.shape().dim(2);
      Tensor all = qkv.forward(x); // (B,L,3W)
      Tensor[] parts = new Tensor[3];
      for (int i = 0; i < parts.length; i++) {
        parts[i] =
            all.slice(2, i * width, (i + 1) * width)
                .reshape(rows, -1, heads, width / heads); // (B,L,H,D)
      }
      float scale = (float) (1 / Math.sqrt((double) width / heads));
      Tensor mixed = parts[0].attention(List.of(parts[1]), List.of(parts[2]), null, scale);
      return projection.forward(mixed.reshape(x.shape()), gate, residual);
    }
  }

  /** A block whose parameters have no values yet. */
  static DitBlock declared(DitConfig config) {
    int width = config.width();
    TextConfig text = config.text();
    return new DitBlock(
        new Attention(
            Linear.declared(width, 3 * width, true),
            Linear.declared(width, width, true),
            config.heads()),
        text == null ? null : CrossAttention.declared(width, text.width(), config.heads(), true),
        FeedForward.declared(width),
        Linear.declared(width, 6 * width, true));
  }

  /**
   * The tokens after this block, (B,L,W).
   *
   * @param c {@code silu} of the condition, (B,W)
   * @param text keys and values of the captions; null where labels are the condition
   */
  Tensor forward(Tensor x, Tensor c, @Nullable Chunk text) {
    Modulation m = modulation(c);
    Tensor y = attention.forward(x.modulatedLayerNorm(m.scale1(), m.shift1(), EPS), m.gate1(), x);
    if (cross != null && text != null) {
      y = y.plus(cross.forward(y.layerNorm(EPS), text));
    }
    return feedForward.forward(y.modulatedLayerNorm(m.scale2(), m.shift2(), EPS), m.gate2(), y);
  }

  private Modulation modulation(Tensor c) {
    Tensor six = condition.forward(c).reshape(c.shape().dim(0), 6, -1); // (B,6,W)
    Tensor[] parts = new Tensor[6];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = six.slice(1, i, i + 1); // (B,1,W)
    }
    return new Modulation(parts[2], parts[5], parts[1], parts[4], parts[0], parts[3]);
  }
}
