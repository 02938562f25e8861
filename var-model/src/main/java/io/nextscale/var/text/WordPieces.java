package io.nextscale.var.text;

import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * A vocabulary of word pieces: whole words, beginnings of words, and continuations, which are
 * written with {@code ##} in front.
 *
 * <pre>{@code
 * WordPieces pieces = WordPieces.learn(captions, 512);
 * int[] ids = pieces.encode("a red circle", 16);            // 2, 7, 31, 12, 0, 0, …
 * List<String> strange = pieces.unknown("a purple circle"); // purple
 * }</pre>
 *
 * <p>A caption is composed (Unicode NFC), lower-cased and cut where there is neither a letter nor a
 * digit; punctuation is dropped. A word becomes the longest piece that it begins with, then the
 * longest continuation of the rest, and so on; a word for which this fails is the one piece {@code
 * [unknown]}. Number 0 fills up, 1 is an unknown word, 2 begins every caption.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich, Haddow and Birch 2016: byte-pair merges
 *     </a>
 * @see <a href="https://arxiv.org/abs/1609.08144">Wu et al. 2016, section 4.1: word pieces</a>
 */
public final class WordPieces {

  /** Fills a caption up to its length. */
  public static final int PAD = 0;

  /** A word that cannot be spelled. */
  public static final int UNKNOWN = 1;

  /** Begins every caption; alone it is the empty one. */
  public static final int BEGIN = 2;

  /** The name of a vocabulary in the metadata of a model's file. */
  public static final String METADATA = "word_pieces";

  private static final List<String> SPECIAL = List.of("[pad]", "[unknown]", "[begin]");
  private static final String CONTINUED = "##";
  private static final String MEMBER = "pieces";

  /** More than any vocabulary in use has, few enough for any table of embeddings. */
  private static final int MOST = 1 << 20;

  private final List<String> pieces;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final int longest;

  private WordPieces(List<String> pieces) {
    this.pieces = List.copyOf(pieces);
    for (int i = 0; i < pieces.size(); i++) {
      numbers.put(pieces.get(i), i);
    }
    longest = pieces.stream().mapToInt(String::length).max().orElse(0);
  }

  // Learning

  /**
   * Learns a vocabulary that spells every word of the captions.
   *
   * <p>It begins with single characters and merges, again and again, the most frequent pair of
   * neighbours within words (of equally frequent ones the first in the order of UTF-16), until all
   * words are whole or the vocabulary is full. Pieces that no word needs are left out in the end:
   * where all words have become whole, exactly these are known.
   *
   * @param size the most pieces, with the three special ones
   * @throws IllegalArgumentException when the characters alone are more
   */
  public static WordPieces learn(Iterable<String> captions, int size) {
    Map<String, Integer> counts = new HashMap<>();
    for (String caption : captions) {
      words(caption).forEach(word -> counts.merge(word, 1, Integer::sum));
    }
    List<String> words = counts.keySet().stream().sorted().toList();
    List<List<String>> spelled = new ArrayList<>();
    words.forEach(word -> spelled.add(characters(word)));

    SequencedSet<String> found = new LinkedHashSet<>(SPECIAL);
    spelled.stream().flatMap(List::stream).sorted().forEach(found::add);
    if (found.size() > size) {
      throw new IllegalArgumentException(
          "word pieces: a size of at least "
              + found.size()
              + " for the characters of these captions; got "
              + size);
    }
    while (found.size() < size) {
      Pair best = mostFrequent(words, spelled, counts);
      if (best == null) {
        break;
      }
      spelled.replaceAll(best::merged);
      found.add(best.joined());
    }
    return new WordPieces(List.copyOf(found)).needed(words);
  }

  /** Two pieces side by side. */
  private record Pair(String first, String second) {

    String joined() {
      return first + second.substring(CONTINUED.length());
    }

    List<String> merged(List<String> word) {
      List<String> merged = new ArrayList<>();
      for (int i = 0; i < word.size(); i++) {
        boolean here =
            i + 1 < word.size() && word.get(i).equals(first) && word.get(i + 1).equals(second);
        merged.add(here ? joined() : word.get(i));
        i += here ? 1 : 0;
      }
      return merged;
    }

    boolean before(Pair other) {
      int order = first.compareTo(other.first);
      return order < 0 || (order == 0 && second.compareTo(other.second) < 0);
    }
  }

  private static @Nullable Pair mostFrequent(
      List<String> words, List<List<String>> spelled, Map<String, Integer> counts) {
    Map<Pair, Long> pairs = new HashMap<>();
    for (int w = 0; w < words.size(); w++) {
      List<String> word = spelled.get(w);
      long count = counts.getOrDefault(words.get(w), 0);
      for (int i = 0; i + 1 < word.size(); i++) {
        pairs.merge(new Pair(word.get(i), word.get(i + 1)), count, Long::sum);
      }
    }
    Pair best = null;
    long most = 0;
    for (Map.Entry<Pair, Long> entry : pairs.entrySet()) {
      long count = entry.getValue();
      if (best == null || count > most || (count == most && entry.getKey().before(best))) {
        best = entry.getKey();
        most = count;
      }
    }
    return best;
  }

  /** Without the pieces that spell none of these words; what does spell them stays the longest. */
  private WordPieces needed(List<String> words) {
    boolean[] used = new boolean[pieces.size()];
    Arrays.fill(used, 0, SPECIAL.size(), true);
    for (String word : words) {
      spell(word).forEach(piece -> used[piece] = true);
    }
    List<String> kept = new ArrayList<>();
    for (int i = 0; i < used.length; i++) {
      if (used[i]) {
        kept.add(pieces.get(i));
      }
    }
    return new WordPieces(kept);
  }

  // Words

  /** The words of a caption, as this class sees them. */
  public static List<String> words(String caption) {
    String text = composed(composed(caption).toLowerCase(Locale.ROOT));
    List<String> words = new ArrayList<>();
    int begin = -1;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      boolean inWord = belongsToWord(text.codePointAt(i));
      if (inWord && begin < 0) {
        begin = i;
      } else if (!inWord && begin >= 0) {
        words.add(text.substring(begin, i));
        begin = -1;
      }
    }
    if (begin >= 0) {
      words.add(text.substring(begin));
    }
    return words;
  }

  private static String composed(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  /** Letters, digits, and the marks that some scripts put on them. */
  private static boolean belongsToWord(int c) {
    int type = Character.getType(c);
    return Character.isLetterOrDigit(c)
        || type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK;
  }

  private static List<String> characters(String word) {
    List<String> characters = new ArrayList<>();
    word.codePoints()
        .mapToObj(Character::toString)
        .forEach(c -> characters.add(characters.isEmpty() ? c : CONTINUED + c));
    return characters;
  }

  /** The pieces of a word, longest first; none where it cannot be spelled. */
  private List<Integer> spell(String word) {
    List<Integer> spelled = new ArrayList<>();
    int at = 0;
    while (at < word.length()) {
      int end = Math.min(word.length(), at + longest);
      Integer piece = number(word, at, end);
      while (piece == null && end > at + 1) {
        end--;
        piece = number(word, at, end);
      }
      if (piece == null) {
        return List.of();
      }
      spelled.add(piece);
      at = end;
    }
    return spelled;
  }

  private @Nullable Integer number(String word, int begin, int end) {
    String part = word.substring(begin, end);
    return numbers.get(begin == 0 ? part : CONTINUED + part);
  }

  // Use

  /** The number of pieces, with the three special ones. */
  public int size() {
    return pieces.size();
  }

  /** A piece, continuations with {@code ##} in front. */
  public String piece(int number) {
    return pieces.get(number);
  }

  /**
   * A caption: {@link #BEGIN}, its pieces, then {@link #PAD} up to the length.
   *
   * @throws IllegalArgumentException when it is longer
   */
  public int[] encode(String caption, int length) {
    List<Integer> ids = new ArrayList<>();
    ids.add(BEGIN);
    for (String word : words(caption)) {
      List<Integer> spelled = spell(word);
      ids.addAll(spelled.isEmpty() ? List.of(UNKNOWN) : spelled);
    }
    if (ids.size() > length) {
      throw new IllegalArgumentException(
          "caption: at most "
              + (length - 1)
              + " word pieces; got "
              + (ids.size() - 1)
              + " in '"
              + FileFormatException.quote(caption)
              + "' — say it in fewer words");
    }
    int[] filled = new int[length]; // PAD is 0
    Arrays.setAll(filled, i -> i < ids.size() ? ids.get(i) : PAD);
    return filled;
  }

  /** The words that pieces spell, with a space between them: the inverse of {@link #encode}. */
  public String decode(int... ids) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      String piece = pieces.get(id);
      if (piece.startsWith(CONTINUED)) {
        text.append(piece, CONTINUED.length(), piece.length());
      } else if (id != PAD && id != BEGIN) {
        text.append(text.isEmpty() ? "" : " ").append(piece);
      }
    }
    return text.toString();
  }

  /** The words of a caption that cannot be spelled, each once, in order. */
  public List<String> unknown(String caption) {
    return words(caption).stream().filter(word -> spell(word).isEmpty()).distinct().toList();
  }

  // Files

  /** This vocabulary as text for the {@linkplain #METADATA metadata} of a file. */
  public String write() {
    return Json.of(Map.of(MEMBER, pieces)).write();
  }

  /**
   * The vocabulary that {@link #write} has written.
   *
   * @param source what the text is, for messages
   * @throws FileFormatException when it is none
   */
  public static WordPieces parse(String source, String text) throws FileFormatException {
    if (!(Json.parse(source, text).at(MEMBER).orElse(null) instanceof Json.Arr(List<Json> items))) {
      throw new FileFormatException(source, "a list of word pieces", "none");
    }
    if (items.size() > MOST) {
      throw new FileFormatException(source, "at most " + MOST + " word pieces", "" + items.size());
    }
    Map<String, Integer> pieces = new LinkedHashMap<>();
    for (Json item : items) {
      int number = pieces.size();
      if (!(item instanceof Json.Str(String piece))
          || !(number < SPECIAL.size() ? piece.equals(SPECIAL.get(number)) : isPiece(piece))
          || pieces.put(piece, number) != null) {
        throw new FileFormatException(
            source,
            "word piece " + number + " as " + expected(number) + ", each once",
            FileFormatException.quote(item.toString()));
      }
    }
    if (pieces.size() < SPECIAL.size()) {
      throw new FileFormatException(source, "the pieces " + SPECIAL, pieces.size() + " pieces");
    }
    return new WordPieces(List.copyOf(pieces.keySet()));
  }

  private static String expected(int number) {
    return number < SPECIAL.size() ? SPECIAL.get(number) : "letters and digits in lower case";
  }

  private static boolean isPiece(String piece) {
    String part = piece.startsWith(CONTINUED) ? piece.substring(CONTINUED.length()) : piece;
    return !part.isEmpty()
        && part.codePoints().allMatch(WordPieces::belongsToWord)
        && part.toLowerCase(Locale.ROOT).equals(part);
  }

  /**
   * The vocabulary in the metadata of a model's file.
   *
   * @throws FileFormatException when there is none
   */
  public static WordPieces of(TensorFile file) throws FileFormatException {
    String text = file.metadata().get(METADATA);
    if (text == null) {
      throw new FileFormatException(
          file.name(),
          "a vocabulary in its metadata, " + METADATA,
          "none",
          "this is no model that reads text");
    }
    return parse(file.name() + ", " + METADATA, text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WordPieces same && same.pieces.equals(pieces);
  }

  @Override
  public int hashCode() {
    return pieces.hashCode();
  }

  @Override
  public String toString() {
    return "WordPieces[" + pieces.size() + "]";
  }
}
