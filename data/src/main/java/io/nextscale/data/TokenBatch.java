package io.nextscale.data;

import io.nextscale.tensor.Tensor;
import java.util.List;

/**
 * Tokens for one step.
 *
 * @param iteration its number
 * @param tokens I32 (B,L)
 * @param labels B numbers of classes, or {@link Picture#UNLABELLED}
 * @param captions B texts, of several captions of a picture the one drawn for this step, "" for
 *     none
 */
public record TokenBatch(long iteration, Tensor tokens, int[] labels, List<String> captions) {

  /** Copies the captions. */
  public TokenBatch {
    captions = List.copyOf(captions);
  }
}
