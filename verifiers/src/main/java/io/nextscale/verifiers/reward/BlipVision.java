package io.nextscale.verifiers.reward;

import io.nextscale.nn.Conv2d;
import io.nextscale.nn.LayerNorm;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.op.Convolution.Padding;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The network that reads pictures: a vision transformer whose tokens are all handed on.
 *
 * <p>Source: THUDM/ImageReward ImageReward/models/BLIP/vit.py, VisionTransformer @c1392c6.
 *
 * @param whole the token of the whole picture, (1,1,Cv)
 * @param places an embedding of each place, (1,L,Cv)
 * @param patches a convolution whose stride is its size
 * @param blocks in order
 * @param norm after them
 */
public record BlipVision(
    @Name("cls_token") Parameter whole,
    @Name("pos_embed") Parameter places,
    @Name("patch_embed.proj") Conv2d patches,
    @Name("blocks") List<BlipBlock> blocks,
    @Name("norm") LayerNorm norm) {

  static BlipVision declared(RewardConfig.Vision config) {
    int width = config.width();
    return new BlipVision(
        Parameter.declared(Shape.of(1, 1, width)),
        Parameter.declared(Shape.of(1, config.tokens(), width)),
        Conv2d.declared(3, width, config.patch(), config.patch(), new Padding(0, 0, 0, 0)),
        IntStream.range(0, config.depth())
            .mapToObj(i -> BlipBlock.declared(width, config.heads()))
            .toList(),
        LayerNorm.declared(width, BlipBlock.EPS));
  }

  /**
   * The tokens of pictures, (B,S,S,3) to (B,L,Cv).
   *
   * @throws ShapeException when pictures have another size than the network's
   */
  public Tensor forward(Tensor pixels) {
    int rows = pixels.shape().dim(0);
    int width = whole.shape().dim(2);
    Tensor grid = patches.forward(pixels).reshape(rows, -1, width); // (B,g,g,Cv) -> (B,g²,Cv)
    if (grid.shape().dim(1) + 1 != places.shape().dim(1)) {
      throw new ShapeException(
          "image reward: pictures of %d patches; got %s — resize them with Pixels"
              .formatted(places.shape().dim(1) - 1, pixels.shape()));
    }
    Tensor first = whole.value().broadcastTo(Shape.of(rows, 1, width));
    Tensor x = Tensor.concat(1, first, grid).plus(places.value());
    for (BlipBlock block : blocks) {
      Tensor before = x;
      x = Workspace.scope(() -> block.forward(before));
    }
    return norm.forward(x);
  }
}
