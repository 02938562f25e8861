package io.nextscale.verifiers.shapes;

import io.nextscale.shapes.Form;
import io.nextscale.shapes.Grammar;
import io.nextscale.var.text.WordPieces;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Captions of the shapes world as the two networks that read text take them, all of one length: the
 * fill is a piece like any other, so rows of a batch need no masks.
 *
 * @param pieces the words
 * @param length of a caption, with beginning and end
 */
public record ShapesWords(WordPieces pieces, int length) {

  /** The longest caption of the grammar has fewer words. */
  private static final int LENGTH = 26;

  private static final int MOST_PIECES = 512;

  private static final Set<String> NOUNS =
      Arrays.stream(Form.values())
          .flatMap(form -> Stream.of(form.word(), form.plural()))
          .collect(Collectors.toUnmodifiableSet());

  /** All words of the {@link Grammar}, each one piece. */
  public static ShapesWords ofGrammar() {
    return new ShapesWords(WordPieces.learn(Grammar.vocabulary(), MOST_PIECES), LENGTH);
  }

  /** How many numbers there are: the pieces, and the end of a caption, which is the highest. */
  public int size() {
    return pieces.size() + 1;
  }

  /** Beginning, pieces, end, then fill. */
  public int[] of(String caption) {
    int[] inner = pieces.encode(caption, length - 1);
    int[] ids = Arrays.copyOf(inner, length);
    int end = inner.length;
    while (end > 1 && inner[end - 1] == WordPieces.PAD) {
      end--;
    }
    ids[end] = pieces.size();
    return ids;
  }

  /** Where the forms stand among the numbers of a caption, in its order. */
  public static int[] nouns(String caption) {
    List<String> words = WordPieces.words(caption);
    return IntStream.range(0, words.size())
        .filter(i -> NOUNS.contains(words.get(i)))
        .map(i -> i + 1) // after the beginning
        .toArray();
  }
}
