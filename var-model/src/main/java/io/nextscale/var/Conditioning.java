package io.nextscale.var;

import io.nextscale.tensor.Tensor;
import io.nextscale.var.KvCache.Chunk;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the condition of a batch says to every part of the transformer; computed once per image.
 *
 * @param pooled what the condition says as a whole, (R,C): the embedding of a label, or a caption's
 *     pooled features
 * @param blocks for each block
 * @param text the keys and values of the caption for each block; empty where labels are the
 *     condition
 * @param headScale of the last normalisation, (R,1,C)
 * @param headShift of the last normalisation, (R,1,C)
 */
public record Conditioning(
    Tensor pooled, List<Modulation> blocks, List<Chunk> text, Tensor headScale, Tensor headShift) {

  /** Keys and values of the captions for a block; null where labels are the condition. */
  @Nullable Chunk text(int block) {
    return text.isEmpty() ? null : text.get(block);
  }
}
