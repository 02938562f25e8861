package io.nextscale.search;

import io.nextscale.tensor.Tensor;
import java.util.List;

/**
 * What a search found.
 *
 * @param picture the best complete picture that was seen
 * @param score what the verifier says of it
 * @param image the same to look at, (1,h,w,3) in [0, 1]
 * @param best the number of its trial
 * @param trials all candidates
 * @param spent what it cost
 * @param end why it ended
 */
public record Found<S>(
    S picture, double score, Tensor image, int best, List<Trial> trials, Spent spent, End end) {

  /** Why a search ended. */
  public enum End {
    /** The strategy was done. */
    DONE,
    /** The budget was spent. */
    BUDGET,
    /** A picture reached the score that was asked for. */
    SCORE,
    /** It was cancelled. */
    CANCELLED
  }
}
