package io.nextscale.var;

import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Keys and values of the scales so far, for each block a list of chunks, one per scale.
 *
 * <p>Immutable: {@link #append} gives a longer cache that shares the chunks of this one, so a
 * generation can be continued in several ways from any point.
 */
public final class KvCache {

  /**
   * The keys and values of the tokens of one scale in one block.
   *
   * @param keys (R,l,H,D), as the attention multiplies them
   * @param values (R,l,H,D)
   */
  public record Chunk(Tensor keys, Tensor values) {}

  private final List<List<Chunk>> blocks;

  private KvCache(List<List<Chunk>> blocks) {
    this.blocks = blocks;
  }

  /** A cache of no tokens. */
  public static KvCache empty(int depth) {
    return new KvCache(Collections.nCopies(depth, List.of()));
  }

  /** The chunks of a block, one per scale. */
  public List<Chunk> block(int index) {
    return blocks.get(index);
  }

  /**
   * This cache with one more scale.
   *
   * @param scale one chunk per block
   */
  public KvCache append(List<Chunk> scale) {
    if (scale.size() != blocks.size()) {
      throw new IllegalArgumentException(
          "cache: a chunk for each of " + blocks.size() + " blocks; got " + scale.size());
    }
    List<List<Chunk>> longer = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      List<Chunk> chunks = new ArrayList<>(blocks.get(i));
      chunks.add(scale.get(i));
      longer.add(Collections.unmodifiableList(chunks));
    }
    return new KvCache(longer);
  }

  /** All keys and values. */
  public List<Tensor> tensors() {
    List<Tensor> all = new ArrayList<>();
    for (List<Chunk> block : blocks) {
      for (Chunk chunk : block) {
        all.add(chunk.keys());
        all.add(chunk.values());
      }
    }
    return all;
  }

  /** The tokens in the cache. */
  public int tokens() {
    return blocks.isEmpty()
        ? 0
        : blocks.getFirst().stream().mapToInt(chunk -> chunk.keys().shape().dim(1)).sum();
  }
}
