package io.nextscale.vqvae;

import io.nextscale.nn.Name;
import io.nextscale.nn.Stages;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The part of encoder and decoder at the lowest resolution: block, attention, block.
 *
 * @param attention null in plain networks
 * @param position (H,W,C), added at the beginning; null where networks are not told places
 */
public record Middle(
    @Name("block_1") ResnetBlock first,
    @Name("attn_1") @Nullable AttnBlock attention,
    @Name("block_2") ResnetBlock second,
    @Nullable Parameter position) {

  /** Blocks whose parameters have no values yet. */
  public static Middle declared(int channels, VqVaeConfig config) {
    boolean plain = config.plain();
    Scales.Size map = config.scales().last();
    return new Middle(
        ResnetBlock.declared(channels, channels, plain),
        plain ? null : AttnBlock.declared(channels),
        ResnetBlock.declared(channels, channels, plain),
        config.places()
            ? new Parameter(Tensor.zeros(Shape.of(map.height(), map.width(), channels)))
            : null);
  }

  void addTo(Stages stages) {
    if (position != null) {
      stages.add("mid.position", x -> x.plus(position.value()));
    }
    stages.add("mid.block_1", first);
    if (attention != null) {
      stages.add("mid.attn_1", attention);
    }
    stages.add("mid.block_2", second);
  }
}
