package io.nextscale.training.learner;

import io.nextscale.var.Condition;
import io.nextscale.var.text.WordPieces;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the conditions of a model: of captions, or of labels.
 *
 * @param pieces the vocabulary of captions; null where labels are the condition
 * @param length word pieces of a caption
 */
public record Conditions(@Nullable WordPieces pieces, int length) {

  /** A bound on the pieces of a caption before it is cut. */
  private static final int LONGEST = 1 << 14;

  /** The conditions of pictures with these labels and captions; one of the two is used. */
  public Condition of(List<String> captions, int... labels) {
    if (pieces == null) {
      return Condition.classes(labels);
    }
    WordPieces known = pieces;
    return new Condition.Captions(captions.stream().map(text -> cut(known, text)).toList());
  }

  /** The beginning of a caption that is too long. */
  private List<Integer> cut(WordPieces known, String caption) {
    String text = caption.length() < LONGEST ? caption : caption.substring(0, LONGEST - 1);
    return Arrays.stream(known.encode(text, LONGEST + 1)).limit(length).boxed().toList();
  }
}
