package io.nextscale.verifiers.reward;

import io.nextscale.nn.LayerNorm;
import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Elementwise.GeluForm;

/**
 * A layer of the network that reads prompts, normalised after each sum: attention to the prompt,
 * attention to the picture, feed-forward.
 *
 * <p>Source: THUDM/ImageReward ImageReward/models/BLIP/med.py, BertLayer @c1392c6.
 *
 * @param attention to the prompt
 * @param cross to the picture
 * @param wide to four times as many channels
 * @param narrow back
 * @param norm after the feed-forward's sum
 */
public record BertLayer(
    @Name("attention") BertAttention attention,
    @Name("crossattention") BertAttention cross,
    @Name("intermediate.dense") Linear wide,
    @Name("output.dense") Linear narrow,
    @Name("output.LayerNorm") LayerNorm norm) {

  static final float EPS = 1e-12f;

  private static final int RATIO = 4;

  static BertLayer declared(int width, int vision, int heads) {
    return new BertLayer(
        BertAttention.declared(width, width, heads),
        BertAttention.declared(width, vision, heads),
        Linear.declared(width, RATIO * width, true),
        Linear.declared(RATIO * width, width, true),
        LayerNorm.declared(width, EPS));
  }

  /** The prompt's tokens after this layer, (B,T,C), for the tokens of a picture (B,L,Cv). */
  public Tensor forward(Tensor x, Tensor picture) {
    Tensor read = attention.forward(x, x);
    Tensor seen = cross.forward(read, picture);
    Tensor inner = wide.forward(seen).gelu(GeluForm.ERF); // (B,T,4C)
    return norm.forward(narrow.forward(inner).plus(seen));
  }
}
