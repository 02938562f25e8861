package io.nextscale.var;

import io.nextscale.nn.Constant;
import io.nextscale.nn.Embedding;
import io.nextscale.nn.LayerNorm;
import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The encoder of captions: a transformer in which all pieces of a caption see each other. For the
 * pieces t of a caption, their places p and a final layer norm LN:
 *
 * <pre>{@code
 * x ← t + p;  x ← x + attention(LN₁(x)), x ← x + feedForward(LN₂(x)) per layer;  context = LN(x)
 * }</pre>
 *
 * <p>With a rotation, what a piece sees of another also hangs on how far before or behind it
 * stands: which adjective belongs to a noun, and which noun a relation comes after.
 *
 * <p>The fill behind a caption is a piece like any other, so every row has the same length and
 * needs no mask.
 *
 * @see <a href="https://arxiv.org/abs/2002.04745">Xiong et al. 2020: normalisation before the
 *     branches</a>
 * @param pieces an embedding of each word piece
 * @param places an embedding of each place, (1,T,Ct)
 * @param layers in order
 * @param norm after the last layer
 * @param rotation how queries and keys turn, see {@link Rotation}; or null
 * @param pool from the mean of a caption to what takes the place of a label's embedding, (C,Ct)
 */
public record TextEncoder(
    @Name("tokens") Embedding pieces,
    @Name("pos_embed") Parameter places,
    @Name("layers") List<Layer> layers,
    @Name("norm") LayerNorm norm,
    @Name("rope_2TD") @Nullable Constant rotation,
    @Name("pool") Linear pool) {

  /**
   * One layer.
   *
   * @param norm1 before the attention
   * @param attention over all pieces
   * @param norm2 before the feed-forward
   * @param feedForward piece by piece
   */
  public record Layer(
      @Name("norm1") LayerNorm norm1,
      @Name("attn") SelfAttention attention,
      @Name("norm2") LayerNorm norm2,
      @Name("ffn") FeedForward feedForward) {

    private static Layer declared(TextConfig config) {
      return new Layer(
          LayerNorm.declared(config.width(), Block.EPS),
          SelfAttention.declared(config.width(), config.heads(), true),
          LayerNorm.declared(config.width(), Block.EPS),
          FeedForward.declared(config.width()));
    }

    /** The pieces after this layer, (R,T,Ct). */
    public Tensor forward(Tensor x, Sight sight) {
      Tensor y = x.plus(attention.forward(norm1.forward(x), sight));
      return y.plus(feedForward.forward(norm2.forward(y)));
    }
  }

  /**
   * An encoder whose parameters have no values yet.
   *
   * @param width of the transformer that it serves, C
   */
  public static TextEncoder declared(TextConfig config, int width) {
    return new TextEncoder(
        Embedding.declared(config.vocabulary(), config.width()),
        Parameter.declared(Shape.of(1, config.length(), config.width())),
        IntStream.range(0, config.depth()).mapToObj(i -> Layer.declared(config)).toList(),
        LayerNorm.declared(config.width(), Block.EPS),
        config.rotary()
            ? Rotation.constant(config.length(), config.width() / config.heads())
            : null,
        Linear.declared(config.width(), width, true));
  }

  /**
   * What captions say, piece by piece: the context of cross-attention.
   *
   * @param ids I32 (R,T)
   * @return (R,T,Ct)
   */
  public Tensor forward(Tensor ids) {
    Tensor x = pieces.forward(ids).plus(places.value());
    Sight sight = sight(x.shape().dim(1));
    for (Layer layer : layers) {
      x = layer.forward(x, sight);
    }
    return norm.forward(x);
  }

  private Sight sight(int length) {
    return rotation == null
        ? Sight.all()
        : Sight.all().turned(Rotation.of(rotation.value(), 0, length));
  }

  /** What captions say as a whole: {@code pool(mean(context))}, (R,T,Ct) to (R,C). */
  public Tensor pooled(Tensor context) {
    return pool.forward(context.mean(1).reshape(context.shape().dim(0), -1));
  }
}
