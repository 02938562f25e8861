package io.nextscale.verifiers.clip;

import io.nextscale.nn.Conv2d;
import io.nextscale.nn.LayerNorm;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Convolution.Padding;
import java.util.List;

/**
 * The vision transformer of CLIP: patches and a token of the whole picture, blocks, and what that
 * token says in the end, in the common space.
 *
 * <p>Source: openai/CLIP clip/model.py, VisionTransformer @d05afc4.
 *
 * @param whole the token of the whole picture, (C)
 * @param places an embedding of each place, (L,C)
 * @param projection to the common space, (C,E)
 * @param patches a convolution whose stride is its size
 * @param before a norm before the blocks
 * @param blocks in order
 * @param after a norm after them
 */
public record VisionTower(
    @Name("class_embedding") Parameter whole,
    @Name("positional_embedding") Parameter places,
    @Name("proj") Parameter projection,
    @Name("conv1") Conv2d patches,
    @Name("ln_pre") LayerNorm before,
    @Name("transformer.resblocks") List<ClipBlock> blocks,
    @Name("ln_post") LayerNorm after) {

  /**
   * A tower whose parameters have no values yet.
   *
   * @param embedding E
   */
  public static VisionTower declared(ClipConfig.Vision config, int embedding) {
    int width = config.width();
    int patch = config.patch();
    return new VisionTower(
        Parameter.declared(Shape.of(width)),
        Parameter.declared(Shape.of(config.tokens(), width)),
        Parameter.declared(Shape.of(width, embedding)),
        new Conv2d(
            Parameter.declared(Shape.of(width, 3, patch, patch)),
            null,
            patch,
            new Padding(0, 0, 0, 0)),
        LayerNorm.declared(width, ClipBlock.EPS),
        ClipBlock.declared(config.depth(), width, config.heads()),
        LayerNorm.declared(width, ClipBlock.EPS));
  }

  /**
   * What pictures show, (B,S,S,3) to (B,E); of any length.
   *
   * @param pixels as {@link io.nextscale.verifiers.layer.Pixels} gives them
   * @throws ShapeException when they have another size than the tower's
   */
  public Tensor forward(Tensor pixels) {
    return summary(tokens(pixels));
  }

  /**
   * The tokens of pictures after all blocks, (B,S,S,3) to (B,L,C): the first for the whole, then
   * the patches row by row.
   *
   * @throws ShapeException when pictures have another size than the tower's
   */
  public Tensor tokens(Tensor pixels) {
    int rows = pixels.shape().dim(0);
    int width = whole.shape().size();
    Tensor grid = patches.forward(pixels).reshape(rows, -1, width); // (B,g,g,C) -> (B,g²,C)
    if (grid.shape().dim(1) + 1 != places.shape().dim(0)) {
      throw new ShapeException(
          "clip vision: pictures of %d patches; got %s — resize them with Pixels"
              .formatted(places.shape().dim(0) - 1, pixels.shape()));
    }
    Tensor first = whole.value().broadcastTo(Shape.of(rows, 1, width));
    Tensor x = Tensor.concat(1, first, grid).plus(places.value()); // (B,L,C)
    return ClipBlock.forward(blocks, before.forward(x), null);
  }

  /** What {@link #tokens} (B,L,C) say of the whole, (B,E). */
  public Tensor summary(Tensor tokens) {
    int rows = tokens.shape().dim(0);
    Tensor seen = tokens.slice(1, 0, 1).reshape(rows, -1); // (B,C)
    return after.forward(seen).matmul(projection.value());
  }
}
