package io.nextscale.vqvae;

import io.nextscale.nn.Name;
import io.nextscale.nn.Stages;

/** The part of encoder and decoder at the lowest resolution: block, attention, block. */
public record Middle(
    @Name("block_1") ResnetBlock first,
    @Name("attn_1") AttnBlock attention,
    @Name("block_2") ResnetBlock second) {

  /** Blocks whose parameters have no values yet. */
  public static Middle declared(int channels) {
    return new Middle(
        ResnetBlock.declared(channels, channels),
        AttnBlock.declared(channels),
        ResnetBlock.declared(channels, channels));
  }

  void addTo(Stages stages) {
    stages.add("mid.block_1", first);
    stages.add("mid.attn_1", attention);
    stages.add("mid.block_2", second);
  }
}
