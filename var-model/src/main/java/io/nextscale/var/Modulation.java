package io.nextscale.var;

import io.nextscale.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What the condition of an image does in one block: it scales and shifts what attention and
 * feed-forward read, and gates what they add. All (R,1,C).
 *
 * <p>It depends on the condition only and is the same for every token and scale.
 *
 * @param gate1 of the attention
 * @param gate2 of the feed-forward
 * @param scale1 of the attention
 * @param scale2 of the feed-forward
 * @param shift1 of the attention
 * @param shift2 of the feed-forward
 */
public record Modulation(
    Tensor gate1, Tensor gate2, Tensor scale1, Tensor scale2, Tensor shift1, Tensor shift2) {

  /** From the six vectors of a linear layer in official order: (R,6,C) or (R,1,6,C). */
  public static Modulation of(Tensor six) {
    int rows = six.shape().dim(0);
    int width = six.shape().dim(-1);
    Tensor a = six.reshape(rows, 6, width);
    return new Modulation(
        a.slice(1, 0, 1),
        a.slice(1, 1, 2),
        a.slice(1, 2, 3),
        a.slice(1, 3, 4),
        a.slice(1, 4, 5),
        a.slice(1, 5, 6));
  }

  /**
   * With gates multiplied by a factor per row.
   *
   * @param attention (R,1,1), or null for 1
   * @param feedForward (R,1,1), or null for 1
   */
  Modulation gated(@Nullable Tensor attention, @Nullable Tensor feedForward) {
    return new Modulation(
        attention == null ? gate1 : gate1.times(attention),
        feedForward == null ? gate2 : gate2.times(feedForward),
        scale1,
        scale2,
        shift1,
        shift2);
  }
}
