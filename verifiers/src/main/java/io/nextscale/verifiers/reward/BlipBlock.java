package io.nextscale.verifiers.reward;

import io.nextscale.nn.LayerNorm;
import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Elementwise.GeluForm;
import io.nextscale.verifiers.layer.MultiHead;

/**
 * A block of the network that reads pictures, x (B,L,Cv) to (B,L,Cv):
 *
 * <pre>{@code
 * x ← x + attention(LN₁(x));  x ← x + fc₂(gelu(fc₁(LN₂(x))))
 * }</pre>
 *
 * <p>Source: THUDM/ImageReward ImageReward/models/BLIP/vit.py, Block @c1392c6.
 *
 * @param norm1 before the attention
 * @param qkv queries, keys, values one after another, (3Cv,Cv)
 * @param projection of the heads' results side by side
 * @param norm2 before the feed-forward
 * @param fc1 to four times as many channels
 * @param fc2 back
 * @param heads H
 */
public record BlipBlock(
    @Name("norm1") LayerNorm norm1,
    @Name("attn.qkv") Linear qkv,
    @Name("attn.proj") Linear projection,
    @Name("norm2") LayerNorm norm2,
    @Name("mlp.fc1") Linear fc1,
    @Name("mlp.fc2") Linear fc2,
    int heads) {

  static final float EPS = 1e-6f;

  private static final int RATIO = 4;

  static BlipBlock declared(int width, int heads) {
    return new BlipBlock(
        LayerNorm.declared(width, EPS),
        Linear.declared(width, 3 * width, true),
        Linear.declared(width, width, true),
        LayerNorm.declared(width, EPS),
        Linear.declared(width, RATIO * width, true),
        Linear.declared(RATIO * width, width, true),
        heads);
  }

  /** The tokens after this block. */
  public Tensor forward(Tensor x) {
    Tensor mixed = MultiHead.attend(qkv.forward(norm1.forward(x)), heads, null);
    Tensor y = x.plus(projection.forward(mixed));
    return y.plus(fc2.forward(fc1.forward(norm2.forward(y)).gelu(GeluForm.ERF)));
  }
}
