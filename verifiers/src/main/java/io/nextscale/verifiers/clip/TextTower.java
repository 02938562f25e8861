package io.nextscale.verifiers.clip;

import io.nextscale.nn.Embedding;
import io.nextscale.nn.LayerNorm;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * The text transformer of CLIP: each token sees those before it, and the token of the highest
 * number, which ends a text, says in the end what the whole text says, in the common space.
 *
 * <p>What comes after that token is seen by nothing that counts, so it is not computed.
 *
 * <p>Source: openai/CLIP clip/model.py, CLIP.encode_text @d05afc4.
 *
 * @param places an embedding of each place, (T,C)
 * @param projection to the common space, (C,E)
 * @param blocks in order
 * @param tokens an embedding of each token, (V,C)
 * @param after a norm after the blocks
 */
public record TextTower(
    @Name("positional_embedding") Parameter places,
    @Name("text_projection") Parameter projection,
    @Name("transformer.resblocks") List<ClipBlock> blocks,
    @Name("token_embedding") Embedding tokens,
    @Name("ln_final") LayerNorm after) {

  /**
   * A tower whose parameters have no values yet.
   *
   * @param embedding E
   */
  public static TextTower declared(ClipConfig.Text config, int embedding) {
    int width = config.width();
    return new TextTower(
        Parameter.declared(Shape.of(config.context(), width)),
        Parameter.declared(Shape.of(width, embedding)),
        ClipBlock.declared(config.depth(), width, config.heads()),
        Embedding.declared(config.vocabulary(), width),
        LayerNorm.declared(width, ClipBlock.EPS));
  }

  /**
   * What texts say, I32 (B,T) to (B,E); of any length.
   *
   * @param ids with anything behind their ends
   * @throws ShapeException when they are longer than the context
   */
  public Tensor forward(Tensor ids) {
    Shape shape = ids.shape();
    int context = places.shape().dim(0);
    if (shape.rank() != 2 || shape.dim(1) < 1 || shape.dim(1) > context) {
      throw new ShapeException(
          "clip text: tokens (B, T) with T from 1 to %d; got %s".formatted(context, shape));
    }
    int rows = shape.dim(0);
    int[] all = ids.toInts();
    int[] ends = ends(all, shape.dim(1));
    int length = Arrays.stream(ends).max().orElse(0) + 1;
    Tensor x = tokens.forward(first(all, rows, length)); // (B,l,C)
    x = ClipBlock.forward(blocks, x.plus(places.value().slice(0, 0, length)), causal(length));
    int[] at = new int[rows];
    Arrays.setAll(at, row -> row * length + ends[row]);
    Tensor said =
        x.reshape(rows * length, -1).rows(Tensor.ofInts(Shape.of(rows), at)); // (B·l,C) -> (B,C)
    return after.forward(said).matmul(projection.value());
  }

  /** Where each text has its highest number, the first of them. */
  private static int[] ends(int[] ids, int length) {
    int[] ends = new int[ids.length / length];
    for (int i = 0; i < ids.length; i++) {
      int row = i / length;
      if (ids[i] > ids[row * length + ends[row]]) {
        ends[row] = i % length;
      }
    }
    return ends;
  }

  /** The first tokens of each text. */
  private static Tensor first(int[] ids, int rows, int length) {
    int[] kept = new int[rows * length];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(ids, row * (ids.length / rows), kept, row * length, length);
    }
    return Tensor.ofInts(Shape.of(rows, length), kept);
  }

  private static Tensor causal(int length) {
    int[] visible = new int[length];
    Arrays.setAll(visible, i -> i + 1);
    return Tensor.ofInts(Shape.of(length), visible);
  }
}
