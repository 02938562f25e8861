package io.nextscale.data;

import io.nextscale.tensor.io.ElementType;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * One file of tokens, mapped into memory: a picture is read when it is asked for.
 *
 * <pre>
 * tokens        U16 (N,L), or I32 where the vocabulary is larger
 * labels        I32 (N), -1 for none
 * indices       I32 (N), numbers in the source
 * captions      U8  (bytes), per picture a JSON array of texts, or nothing
 * caption_ends  I32 (N), where the captions of each picture end; they begin where those before end
 * </pre>
 */
final class TokenShard implements AutoCloseable {

  static final String TOKENS = "tokens";
  static final String LABELS = "labels";
  static final String INDICES = "indices";
  static final String CAPTIONS = "captions";
  static final String CAPTION_ENDS = "caption_ends";

  /** The name of the file that counts the shards. */
  static final String LIST = "tokens.json";

  /** The captions of a picture, as bytes. */
  static final int MAX_CAPTION_BYTES = 1 << 20;

  private final TensorFile file;
  private final TokenSet set;
  private final long size;
  private final long captionBytes;

  private TokenShard(TensorFile file) throws FileFormatException {
    this.file = file;
    this.set = TokenSet.of(file.name(), file.metadata());
    Entry tokens = entry(TOKENS, 2, Set.of(ElementType.U16, ElementType.I32));
    this.size = tokens.extents().getFirst();
    this.captionBytes = entry(CAPTIONS, 1, Set.of(ElementType.U8)).elements();
    if (tokens.extents().getLast() != set.length()) {
      throw refused(set.length() + " tokens a picture, for " + set.scales(), tokens.toString());
    }
    for (String name : List.of(LABELS, INDICES, CAPTION_ENDS)) {
      Entry column = entry(name, 1, Set.of(ElementType.I32));
      if (column.elements() != size) {
        throw refused(name + " of " + size + " pictures", column.toString());
      }
    }
  }

  /** The name of file number {@code shard}. */
  static String name(int shard) {
    return String.format("tokens-%05d.safetensors", shard);
  }

  /**
   * Opens a file and checks its directory; tokens are checked when they are read.
   *
   * @throws FileFormatException when it is not a file of tokens, or its parts disagree
   */
  static TokenShard open(Path path) throws IOException {
    TensorFile file = TensorFile.open(path);
    try {
      return new TokenShard(file);
    } catch (Throwable failure) {
      file.close();
      throw failure;
    }
  }

  private Entry entry(String name, int rank, Set<ElementType> types) throws FileFormatException {
    Entry entry = file.entries().get(name);
    if (entry == null || entry.extents().size() != rank || !types.contains(entry.type())) {
      throw refused(
          "a tensor '" + name + "' of " + rank + " dimensions and type " + types,
          entry == null ? "none" : entry.toString());
    }
    return entry;
  }

  private FileFormatException refused(String expected, String got) {
    return new FileFormatException(file.name(), expected, got, "tokenize the pictures again");
  }

  /** What the tokens are tokens of. */
  TokenSet set() {
    return set;
  }

  /** How many pictures, N. */
  long size() {
    return size;
  }

  /** The number of picture {@code i} in the source. */
  int index(long i) throws IOException {
    int index = number(INDICES, i);
    if (index < 0) {
      throw refused("numbers of pictures of at least 0", index + " for picture " + i);
    }
    return index;
  }

  private int number(String name, long i) throws IOException {
    return file.loadRows(name, i, i + 1).toInts()[0];
  }

  /**
   * Picture {@code i}.
   *
   * @throws FileFormatException when a token is not of the vocabulary, a label is not of the
   *     classes, or the captions are damaged
   */
  TokenizedPicture get(long i) throws IOException {
    Objects.checkIndex(i, size);
    int[] tokens = file.loadRows(TOKENS, i, i + 1).toInts(); // (1,L)
    for (int token : tokens) {
      if (token < 0 || token >= set.vocabulary()) {
        throw refused("tokens of 0 to " + (set.vocabulary() - 1), token + " in picture " + i);
      }
    }
    int label = number(LABELS, i);
    if (label < Picture.UNLABELLED || label >= set.classes().size()) {
      throw refused(
          "labels of " + set.classes().size() + " classes, or -1", label + " for picture " + i);
    }
    return new TokenizedPicture(index(i), tokens, label, captions(i));
  }

  private List<String> captions(long i) throws IOException {
    int start = i == 0 ? 0 : number(CAPTION_ENDS, i - 1);
    int end = number(CAPTION_ENDS, i);
    if (start < 0 || end < start || end > captionBytes || end - start > MAX_CAPTION_BYTES) {
      throw refused(
          "captions within " + captionBytes + " bytes and of at most " + MAX_CAPTION_BYTES,
          start + " to " + end + " for picture " + i);
    }
    if (end == start) {
      return List.of();
    }
    int[] values = file.loadRows(CAPTIONS, start, end).toInts();
    byte[] text = new byte[values.length];
    for (int k = 0; k < text.length; k++) {
      text[k] = (byte) values[k];
    }
    String where = file.name() + ", captions of picture " + i;
    return TokenSet.texts(where, Json.parse(where, text));
  }

  @Override
  public void close() {
    file.close();
  }
}
