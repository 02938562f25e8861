package io.nextscale.var;

import io.nextscale.tensor.Tensor;
import io.nextscale.var.KvCache.Chunk;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
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

  /** The rows of several batches, one after the other. */
  public static Conditioning concat(List<Conditioning> parts) {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    Conditioning first = parts.getFirst();
    List<Modulation> blocks = new ArrayList<>();
    for (int i = 0; i < first.blocks().size(); i++) {
      int block = i;
      blocks.add(
          new Modulation(
              rows(parts, part -> part.blocks().get(block).gate1()),
              rows(parts, part -> part.blocks().get(block).gate2()),
              rows(parts, part -> part.blocks().get(block).scale1()),
              rows(parts, part -> part.blocks().get(block).scale2()),
              rows(parts, part -> part.blocks().get(block).shift1()),
              rows(parts, part -> part.blocks().get(block).shift2())));
    }
    List<Chunk> text = new ArrayList<>();
    for (int i = 0; i < first.text().size(); i++) {
      int block = i;
      text.add(
          new Chunk(
              rows(parts, part -> part.text().get(block).keys()),
              rows(parts, part -> part.text().get(block).values())));
    }
    return new Conditioning(
        rows(parts, Conditioning::pooled),
        blocks,
        text,
        rows(parts, Conditioning::headScale),
        rows(parts, Conditioning::headShift));
  }

  private static Tensor rows(List<Conditioning> parts, Function<Conditioning, Tensor> of) {
    return Tensor.concat(0, parts.stream().map(of).toArray(Tensor[]::new));
  }

  /** Keys and values of the captions for a block; null where labels are the condition. */
  @Nullable Chunk text(int block) {
    return text.isEmpty() ? null : text.get(block);
  }
}
