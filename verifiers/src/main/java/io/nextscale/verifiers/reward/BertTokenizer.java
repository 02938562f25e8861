package io.nextscale.verifiers.reward;

import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The word pieces of BERT: text without accents in lower case, cut at white space, around
 * punctuation and around ideograms; a word becomes the longest piece that it begins with, then the
 * longest continuation {@code ##…} of the rest, and so on.
 *
 * <pre>{@code
 * BertTokenizer tokenizer = BertTokenizer.load(Path.of("vocab.txt"));  // of bert-base-uncased
 * int[] ids = tokenizer.encode("a red circle", 35);                    // 101, 1037, …, 102
 * }</pre>
 *
 * <p>The number of a piece is that of its line, from 0. Names of special tokens inside a text are
 * text here.
 *
 * <p>Source: google-research/bert tokenization.py, FullTokenizer.
 */
public final class BertTokenizer {

  private static final String START = "[CLS]";
  private static final String END = "[SEP]";
  private static final String UNKNOWN = "[UNK]";
  private static final String CONTINUED = "##";

  /** Words of more characters are unknown. */
  private static final int LONGEST = 100;

  /** More than any vocabulary in use has. */
  private static final int MOST_BYTES = 16 << 20;

  private final Map<String, Integer> numbers;
  private final int start;
  private final int end;
  private final int unknown;

  private BertTokenizer(Map<String, Integer> numbers, int start, int end, int unknown) {
    this.numbers = numbers;
    this.start = start;
    this.end = end;
    this.unknown = unknown;
  }

  /**
   * The vocabulary in a file, one piece a line.
   *
   * @throws IOException when it cannot be read or is no such vocabulary
   */
  public static BertTokenizer load(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(FileFormatException.quote(String.valueOf(file.getFileName())), in);
    }
  }

  /**
   * The vocabulary in a stream.
   *
   * @param source what it is, for messages
   * @throws IOException when it cannot be read or is no such vocabulary
   */
  public static BertTokenizer read(String source, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) {
      throw new FileFormatException(source, "at most " + MOST_BYTES + " bytes", "more");
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new FileFormatException(source, "text in UTF-8", "other bytes");
    }
    Map<String, Integer> numbers = new HashMap<>();
    for (String line : text.lines().toList()) {
      if (numbers.put(line.strip(), numbers.size()) != null) {
        throw new FileFormatException(
            source,
            "each piece once",
            "'" + FileFormatException.quote(line) + "' again in line " + (numbers.size() + 1));
      }
    }
    return new BertTokenizer(
        numbers,
        special(source, numbers, START),
        special(source, numbers, END),
        special(source, numbers, UNKNOWN));
  }

  private static int special(String source, Map<String, Integer> numbers, String name)
      throws FileFormatException {
    Integer number = numbers.get(name);
    if (number == null) {
      throw new FileFormatException(
          source,
          "a line " + name,
          numbers.size() + " lines without it",
          "this is no vocabulary of BERT");
    }
    return number;
  }

  /** How many pieces there are. */
  public int size() {
    return numbers.size();
  }

  /**
   * The numbers of a text, between the beginning and the end of one.
   *
   * @param length the most numbers, 35 in ImageReward; what does not fit is dropped
   */
  public int[] encode(String text, int length) {
    List<Integer> pieces = new ArrayList<>();
    words(text).forEach(word -> pieces.addAll(spell(word)));
    int kept = Math.min(pieces.size(), length - 2);
    int[] ids = new int[kept + 2];
    ids[0] = start;
    for (int i = 0; i < kept; i++) {
      ids[i + 1] = pieces.get(i);
    }
    ids[kept + 1] = end;
    return ids;
  }

  /** The words, marks and ideograms of a text. */
  static List<String> words(String text) {
    String plain = Normalizer.normalize(text.toLowerCase(Locale.ROOT), Normalizer.Form.NFD);
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    plain
        .codePoints()
        .forEach(c -> {
          boolean alone = isMark(c) || isIdeogram(c);
          if (alone || isSpace(c)) {
            add(word, words);
          }
          if (alone) {
            words.add(Character.toString(c));
          } else if (!isSpace(c) && !isDropped(c)) {
            word.appendCodePoint(c);
          }
        });
    add(word, words);
    return words;
  }

  private static void add(StringBuilder word, List<String> words) {
    if (!word.isEmpty()) {
      words.add(word.toString());
      word.setLength(0);
    }
  }

  private static boolean isSpace(int c) {
    return c == '\t' || c == '\n' || c == '\r' || Character.isSpaceChar(c);
  }

  /** Accents, controls, and what stands for bytes that were none. */
  private static boolean isDropped(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK,
          Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          true;
      default -> c == 0xfffd;
    };
  }

  /** Punctuation, and all of ASCII that is neither letter, digit, space nor control. */
  private static boolean isMark(int c) {
    boolean ascii =
        (c >= '!' && c <= '/')
            || (c >= ':' && c <= '@')
            || (c >= '[' && c <= '`')
            || (c >= '{' && c <= '~');
    return ascii
        || switch (Character.getType(c)) {
          case Character.CONNECTOR_PUNCTUATION,
              Character.DASH_PUNCTUATION,
              Character.START_PUNCTUATION,
              Character.END_PUNCTUATION,
              Character.INITIAL_QUOTE_PUNCTUATION,
              Character.FINAL_QUOTE_PUNCTUATION,
              Character.OTHER_PUNCTUATION ->
              true;
          default -> false;
        };
  }

  /** The blocks of unified and compatibility ideograms that the reference lists. */
  private static boolean isIdeogram(int c) {
    return (c >= 0x4e00 && c <= 0x9fff)
        || (c >= 0x3400 && c <= 0x4dbf)
        || (c >= 0x20000 && c <= 0x2a6df)
        || (c >= 0x2a700 && c <= 0x2b73f)
        || (c >= 0x2b740 && c <= 0x2b81f)
        || (c >= 0x2b820 && c <= 0x2ceaf)
        || (c >= 0xf900 && c <= 0xfaff)
        || (c >= 0x2f800 && c <= 0x2fa1f);
  }

  /** The pieces of a word, the longest first; the unknown one where it cannot be spelled. */
  private List<Integer> spell(String word) {
    if (word.codePointCount(0, word.length()) > LONGEST) {
      return List.of(unknown);
    }
    List<Integer> pieces = new ArrayList<>();
    int at = 0;
    while (at < word.length()) {
      int to = word.length();
      Integer piece = piece(word, at, to);
      while (piece == null && to > at + 1) {
        to--;
        piece = piece(word, at, to);
      }
      if (piece == null) {
        return List.of(unknown);
      }
      pieces.add(piece);
      at = to;
    }
    return pieces;
  }

  private @Nullable Integer piece(String word, int from, int to) {
    String part = word.substring(from, to);
    return numbers.get(from == 0 ? part : CONTINUED + part);
  }
}
