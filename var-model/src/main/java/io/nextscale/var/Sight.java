package io.nextscale.var;

import io.nextscale.tensor.Tensor;
import io.nextscale.var.KvCache.Chunk;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which keys the tokens of a call see.
 *
 * @param past the chunks of earlier scales, seen by all
 * @param visible I32 (L): token i sees the first {@code visible[i]} keys; null: it sees all
 * @param own takes the keys and values of the call's own tokens
 */
public record Sight(List<Chunk> past, @Nullable Tensor visible, Consumer<Chunk> own) {

  /** All tokens of the call. */
  public static Sight all() {
    return new Sight(List.of(), null, chunk -> {});
  }

  /** The first tokens of the call, for each token another number of them: training. */
  public static Sight masked(Tensor visible) {
    return new Sight(List.of(), visible, chunk -> {});
  }

  /** All tokens of earlier scales and of the call: generation. */
  public static Sight after(List<Chunk> past, Consumer<Chunk> own) {
    return new Sight(past, null, own);
  }

  /** {@code softmax(scale · q kᵀ) v} over what is seen: q and the chunk's tensors (R,l,H,D). */
  Tensor attend(Tensor q, Chunk chunk, float scale) {
    own.accept(chunk);
    List<Tensor> keys = new ArrayList<>();
    List<Tensor> values = new ArrayList<>();
    for (Chunk earlier : past) {
      keys.add(earlier.keys());
      values.add(earlier.values());
    }
    keys.add(chunk.keys());
    values.add(chunk.values());
    return q.attention(keys, values, visible, scale);
  }
}
