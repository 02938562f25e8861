package io.nextscale.verifiers.layer;

import io.nextscale.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Attention of several heads that lie side by side in the channels. */
public final class MultiHead {

  private MultiHead() {}

  /**
   * {@code softmax(q kᵀ / √D) v} per head: q (B,Lq,C), k and v (B,L,C), result (B,Lq,C) with {@code
   * D = C / heads}.
   *
   * @param visible I32 (Lq), query i sees the first {@code visible[i]} keys; null: all
   * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017, section 3.2.2</a>
   */
  public static Tensor attend(Tensor q, Tensor k, Tensor v, int heads, @Nullable Tensor visible) {
    int d = q.shape().dim(2) / heads;
    Tensor mixed =
        split(q, heads)
            .attention(
                List.of(split(k, heads)),
                List.of(split(v, heads)),
                visible,
                (float) (1 / Math.sqrt(d)));
    return mixed.reshape(q.shape()); // (B,Lq,H,D) -> (B,Lq,C)
  }

  /** Attention of queries, keys and values that one layer made: qkv (B,L,3C), result (B,L,C). */
  public static Tensor attend(Tensor qkv, int heads, @Nullable Tensor visible) {
    int width = qkv.shape().dim(2) / 3;
    return attend(
        qkv.slice(2, 0, width),
        qkv.slice(2, width, 2 * width),
        qkv.slice(2, 2 * width, 3 * width),
        heads,
        visible);
  }

  private static Tensor split(Tensor x, int heads) {
    return x.reshape(x.shape().dim(0), x.shape().dim(1), heads, -1); // (B,L,C) -> (B,L,H,D)
  }
}
