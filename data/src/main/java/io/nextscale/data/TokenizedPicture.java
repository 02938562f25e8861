package io.nextscale.data;

import java.util.List;

/**
 * The tokens of a picture and what is known about it.
 *
 * @param index the number of the picture in its source
 * @param tokens of all scales, coarse to fine and row by row, L numbers of 0 .. V − 1
 * @param label the number of its class, or {@link Picture#UNLABELLED}
 * @param captions what describes it; none when there are none
 */
public record TokenizedPicture(long index, int[] tokens, int label, List<String> captions) {

  /** Copies the captions. */
  public TokenizedPicture {
    captions = List.copyOf(captions);
  }
}
