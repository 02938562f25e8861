package io.nextscale.verifiers.clip;

import io.nextscale.tensor.io.FileFormatException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The byte pairs of CLIP: text becomes words, a word its bytes in UTF-8, and neighbours are merged
 * in the order of the vocabulary's file until no merge applies.
 *
 * <pre>{@code
 * ClipTokenizer tokenizer = ClipTokenizer.load(Path.of("bpe_simple_vocab_16e6.txt.gz"));
 * int[] ids = tokenizer.encode("a diagram", 77, false); // 49406, 320, 22697, 49407
 * }</pre>
 *
 * <p>Numbers: 256 bytes, the same bytes as the last of a word, a number for each merge, the
 * beginning and the end of a text. Texts are cleaned first: white space is one space, letters are
 * small, {@code &amp;} is what it stands for. So {@link #decode} gives back what was said up to
 * case and spaces.
 *
 * <p>Source: openai/CLIP clip/simple_tokenizer.py @d05afc4.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich, Haddow and Birch 2016</a>
 */
public final class ClipTokenizer {

  /** The merges that the published models use, of the more that the file holds. */
  public static final int MERGES = 49_152 - 256 - 2;

  private static final int BYTES = 256;

  /** The first merge; before it bytes, and bytes as last ones. */
  private static final int FIRST_MERGE = 2 * BYTES;

  /** What the last symbol of a word ends with, in the file. */
  private static final String LAST = "</w>";

  private static final String START_TEXT = "<|startoftext|>";
  private static final String END_TEXT = "<|endoftext|>";

  private static final Pattern WORDS =
      Pattern.compile(
          "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);

  /** More than the published file holds, unpacked. */
  private static final int MOST_BYTES = 16 << 20;

  /** The number of each byte. */
  private static final int[] NUMBER = new int[BYTES];

  /** The byte of each number. */
  private static final byte[] BYTE = new byte[BYTES];

  /** How the file writes the byte of each number: as a visible character. */
  private static final String[] WRITTEN = new String[BYTES];

  static {
    int next = 0;
    for (int b = 0; b < BYTES; b++) {
      if (visible(b)) {
        name(b, next++, b);
      }
    }
    int stand = BYTES;
    for (int b = 0; b < BYTES; b++) {
      if (!visible(b)) {
        name(b, next++, stand++);
      }
    }
  }

  /** Whether a byte of Latin 1 is a character that can be seen. */
  private static boolean visible(int b) {
    return (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
  }

  private static void name(int b, int number, int character) {
    NUMBER[b] = number;
    BYTE[number] = (byte) b;
    WRITTEN[number] = Character.toString(character);
  }

  /** The merge of two numbers, by {@link #pair}. */
  private final Map<Long, Integer> merges;

  /** What each merge joins, (merges, 2). */
  private final int[] joined;

  private ClipTokenizer(Map<Long, Integer> merges, int[] joined) {
    this.merges = merges;
    this.joined = joined;
  }

  // Files

  /**
   * The vocabulary in a file, {@code bpe_simple_vocab_16e6.txt.gz} or the same unpacked: a line
   * that is passed over, then a merge a line, of which the first {@link #MERGES} count.
   *
   * @throws IOException when it cannot be read or is no such vocabulary
   */
  public static ClipTokenizer load(Path file) throws IOException {
    String source = FileFormatException.quote(String.valueOf(file.getFileName()));
    try (InputStream in = Files.newInputStream(file)) {
      return read(source, in);
    }
  }

  /**
   * The vocabulary in a stream, packed or not.
   *
   * @param source what it is, for messages
   * @throws IOException when it cannot be read or is no such vocabulary
   */
  public static ClipTokenizer read(String source, InputStream in) throws IOException {
    byte[] bytes;
    try {
      bytes = unpacked(new BufferedInputStream(in));
    } catch (ZipException | EOFException e) {
      throw new FileFormatException(source, "a gzip archive", "a damaged one", "download it again");
    }
    if (bytes.length > MOST_BYTES) {
      throw new FileFormatException(source, "at most " + MOST_BYTES + " bytes of text", "more");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return parse(source, text);
    } catch (CharacterCodingException e) {
      throw new FileFormatException(source, "text in UTF-8", "other bytes");
    }
  }

  private static byte[] unpacked(BufferedInputStream in) throws IOException {
    in.mark(2);
    int magic = in.read() | in.read() << 8;
    in.reset();
    return magic == GZIPInputStream.GZIP_MAGIC
        ? new GZIPInputStream(in).readNBytes(MOST_BYTES + 1)
        : in.readNBytes(MOST_BYTES + 1);
  }

  private static ClipTokenizer parse(String source, String text) throws FileFormatException {
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < BYTES; i++) {
      numbers.put(WRITTEN[i], i);
      numbers.put(WRITTEN[i] + LAST, BYTES + i);
    }
    List<String> lines = text.lines().skip(1).limit(MERGES).toList();
    Map<Long, Integer> merges = new HashMap<>();
    int[] joined = new int[2 * lines.size()];
    for (int i = 0; i < lines.size(); i++) {
      String[] parts = lines.get(i).split(" ", -1);
      Integer first = numbers.get(parts[0]);
      Integer second = parts.length == 2 ? numbers.get(parts[1]) : null;
      if (first == null || second == null || parts[0].endsWith(LAST)) {
        throw new FileFormatException(
            source,
            "two symbols that are there before, the first inside a word, in line " + (i + 2),
            "'" + FileFormatException.quote(lines.get(i)) + "'",
            "this is no vocabulary of CLIP");
      }
      if (numbers.put(parts[0] + parts[1], FIRST_MERGE + i) != null) {
        throw new FileFormatException(
            source,
            "each symbol once",
            "'" + FileFormatException.quote(parts[0] + parts[1]) + "' again in line " + (i + 2));
      }
      merges.put(pair(first, second), FIRST_MERGE + i);
      joined[2 * i] = first;
      joined[2 * i + 1] = second;
    }
    return new ClipTokenizer(merges, joined);
  }

  private static long pair(int first, int second) {
    return (long) first << 32 | second;
  }

  // Use

  /** How many numbers there are; the embeddings of a {@link Clip} are as many. */
  public int size() {
    return FIRST_MERGE + joined.length / 2 + 2;
  }

  /** The number that begins a text. */
  public int start() {
    return size() - 2;
  }

  /** The number that ends a text, the highest. */
  public int end() {
    return size() - 1;
  }

  /** The numbers of a text, without beginning and end. */
  public int[] encode(String text) {
    List<Integer> ids = new ArrayList<>();
    Matcher words = WORDS.matcher(CleanText.of(text));
    while (words.find()) {
      switch (words.group()) {
        case START_TEXT -> ids.add(start());
        case END_TEXT -> ids.add(end());
        case String word -> ids.addAll(merged(word));
      }
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * The numbers of a text between beginning and end.
   *
   * @param context the most numbers, 77 in the published models
   * @param truncate whether a longer text loses what does not fit
   * @throws IllegalArgumentException when it is longer and must not be cut
   */
  public int[] encode(String text, int context, boolean truncate) {
    int[] inner = encode(text);
    int room = context - 2;
    if (inner.length > room && !truncate) {
      throw new IllegalArgumentException(
          "clip text: at most %d tokens; got %d in '%s' — say it in fewer words"
              .formatted(room, inner.length, FileFormatException.quote(text)));
    }
    int length = Math.min(inner.length, room);
    int[] ids = new int[length + 2];
    ids[0] = start();
    System.arraycopy(inner, 0, ids, 1, length);
    ids[length + 1] = end();
    return ids;
  }

  /** Merges the neighbours of a word, those of the earliest merge first. */
  private List<Integer> merged(String word) {
    List<Integer> symbols = new ArrayList<>();
    for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
      symbols.add(NUMBER[b & 0xff]);
    }
    symbols.add(symbols.removeLast() + BYTES); // the last byte of a word is another symbol
    while (symbols.size() > 1) {
      int earliest = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        earliest = Math.min(earliest, merge(symbols, i));
      }
      if (earliest == Integer.MAX_VALUE) {
        break;
      }
      symbols = everywhere(earliest, symbols);
    }
    return symbols;
  }

  private int merge(List<Integer> symbols, int at) {
    return merges.getOrDefault(pair(symbols.get(at), symbols.get(at + 1)), Integer.MAX_VALUE);
  }

  private List<Integer> everywhere(int merge, List<Integer> symbols) {
    List<Integer> fewer = new ArrayList<>();
    for (int i = 0; i < symbols.size(); i++) {
      boolean here = i + 1 < symbols.size() && merge(symbols, i) == merge;
      fewer.add(here ? merge : symbols.get(i));
      i += here ? 1 : 0;
    }
    return fewer;
  }

  /**
   * The text of numbers, a space behind each word; bytes that are no UTF-8 become U+FFFD.
   *
   * @throws IndexOutOfBoundsException for a number beyond {@link #size}
   */
  public String decode(int... ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      write(id, bytes);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private void write(int id, ByteArrayOutputStream bytes) {
    if (id == start() || id == end()) {
      bytes.writeBytes((id == start() ? START_TEXT : END_TEXT).getBytes(StandardCharsets.UTF_8));
    } else if (id >= FIRST_MERGE) {
      write(joined[2 * (id - FIRST_MERGE)], bytes);
      write(joined[2 * (id - FIRST_MERGE) + 1], bytes);
    } else {
      bytes.write(BYTE[id % BYTES]);
      if (id >= BYTES) {
        bytes.write(' ');
      }
    }
  }
}
