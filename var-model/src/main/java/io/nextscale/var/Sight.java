package io.nextscale.var;

import io.nextscale.tensor.Tensor;
import io.nextscale.var.KvCache.Chunk;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which keys the tokens of a call see. */
@FunctionalInterface
public interface Sight {

  /**
   * {@code softmax(scale · q kᵀ) v} over what is seen, (R,l,H,D).
   *
   * @param q (R,l,H,D)
   * @param own the keys and values of the call's own tokens, (R,l,H,D)
   */
  Tensor attend(Tensor q, Chunk own, float scale);

  /** All tokens of the call. */
  static Sight all() {
    return after(List.of(), chunk -> {});
  }

  /**
   * The first tokens of the call, for each token another number of them: training.
   *
   * @param visible I32 (l): token i sees the first {@code visible[i]} keys
   */
  static Sight masked(Tensor visible) {
    return (q, own, scale) -> attend(q, List.of(), own, visible, scale);
  }

  /**
   * All tokens of earlier scales and of the call: generation.
   *
   * @param past a chunk per earlier scale, of R rows
   * @param keeper takes the keys and values of the call's own tokens
   */
  static Sight after(List<Chunk> past, Consumer<Chunk> keeper) {
    return (q, own, scale) -> {
      keeper.accept(own);
      return attend(q, past, own, null, scale);
    };
  }

  /**
   * The same where every row has a past of its own: search.
   *
   * @param pasts for each row a chunk of one row per earlier scale
   * @param keeper takes the keys and values of the call's own tokens, row by row
   */
  static Sight afterEach(List<List<Chunk>> pasts, Consumer<Chunk> keeper) {
    return (q, own, scale) -> {
      Tensor[] rows = new Tensor[pasts.size()];
      for (int r = 0; r < rows.length; r++) {
        Chunk row = new Chunk(own.keys().slice(0, r, r + 1), own.values().slice(0, r, r + 1));
        keeper.accept(row);
        rows[r] = attend(q.slice(0, r, r + 1), pasts.get(r), row, null, scale);
      }
      return Tensor.concat(0, rows);
    };
  }

  /** The same with queries and keys that turn with their places; keys are kept as they turned. */
  default Sight turned(Rotation rotation) {
    return (q, own, scale) ->
        attend(rotation.turn(q), new Chunk(rotation.turn(own.keys()), own.values()), scale);
  }

  private static Tensor attend(
      Tensor q, List<Chunk> past, Chunk own, @Nullable Tensor visible, float scale) {
    List<Tensor> keys = new ArrayList<>();
    List<Tensor> values = new ArrayList<>();
    for (Chunk earlier : past) {
      keys.add(earlier.keys());
      values.add(earlier.values());
    }
    keys.add(own.keys());
    values.add(own.values());
    return q.attention(keys, values, visible, scale);
  }
}
