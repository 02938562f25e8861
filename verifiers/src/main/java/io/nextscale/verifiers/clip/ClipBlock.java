package io.nextscale.verifiers.clip;

import io.nextscale.nn.LayerNorm;
import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A transformer block, x (B,L,C) to (B,L,C):
 *
 * <pre>{@code
 * x ← x + attention(LN₁(x));  x ← x + proj(quickGelu(fc(LN₂(x))))
 * }</pre>
 *
 * <p>Source: openai/CLIP clip/model.py, ResidualAttentionBlock @d05afc4.
 *
 * @param attention between the tokens
 * @param norm1 before it
 * @param fc to four times as many channels
 * @param projection back
 * @param norm2 before both
 */
public record ClipBlock(
    @Name("attn") ClipAttention attention,
    @Name("ln_1") LayerNorm norm1,
    @Name("mlp.c_fc") Linear fc,
    @Name("mlp.c_proj") Linear projection,
    @Name("ln_2") LayerNorm norm2) {

  static final float EPS = 1e-5f;

  private static final int RATIO = 4;

  /** The factor of {@link #quickGelu}. */
  private static final float STEEPNESS = 1.702f;

  static ClipBlock declared(int width, int heads) {
    return new ClipBlock(
        ClipAttention.declared(width, heads),
        LayerNorm.declared(width, EPS),
        Linear.declared(width, RATIO * width, true),
        Linear.declared(RATIO * width, width, true),
        LayerNorm.declared(width, EPS));
  }

  static List<ClipBlock> declared(int depth, int width, int heads) {
    return IntStream.range(0, depth).mapToObj(i -> declared(width, heads)).toList();
  }

  /**
   * The tokens after this block.
   *
   * @param visible I32 (L), how many tokens each token sees; null: all
   */
  public Tensor forward(Tensor x, @Nullable Tensor visible) {
    Tensor y = x.plus(attention.forward(norm1.forward(x), visible));
    Tensor inner = quickGelu(fc.forward(norm2.forward(y))); // (B,L,4C)
    return y.plus(projection.forward(inner));
  }

  /** The tokens after all blocks; of what they make on the way only one block's is kept. */
  static Tensor forward(List<ClipBlock> blocks, Tensor x, @Nullable Tensor visible) {
    Tensor y = x;
    for (ClipBlock block : blocks) {
      Tensor before = y;
      y = Workspace.scope(() -> block.forward(before, visible));
    }
    return y;
  }

  /** {@code x · sigmoid(1.702 x)}, near to GELU. */
  static Tensor quickGelu(Tensor x) {
    return x.times(x.times(STEEPNESS).sigmoid());
  }
}
