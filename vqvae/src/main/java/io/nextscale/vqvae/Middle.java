package io.nextscale.vqvae;

import io.nextscale.nn.Name;
import io.nextscale.nn.Stages;
import org.jspecify.annotations.Nullable;

/**
 * The part of encoder and decoder at the lowest resolution: block, attention, block.
 *
 * @param attention null in plain networks
 */
public record Middle(
    @Name("block_1") ResnetBlock first,
    @Name("attn_1") @Nullable AttnBlock attention,
    @Name("block_2") ResnetBlock second) {

  /** Blocks whose parameters have no values yet. */
  public static Middle declared(int channels, boolean plain) {
    return new Middle(
        ResnetBlock.declared(channels, channels, plain),
        plain ? null : AttnBlock.declared(channels),
        ResnetBlock.declared(channels, channels, plain));
  }

  void addTo(Stages stages) {
    stages.add("mid.block_1", first);
    if (attention != null) {
      stages.add("mid.attn_1", attention);
    }
    stages.add("mid.block_2", second);
  }
}
