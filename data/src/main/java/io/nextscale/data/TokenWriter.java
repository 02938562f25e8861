package io.nextscale.data;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.AtomicFile;
import io.nextscale.tensor.io.ElementType;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorWriter;
import io.nextscale.tensor.spi.HostBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the tokens of pictures into a folder, so many pictures a file.
 *
 * <pre>{@code
 * try (TokenWriter out = TokenWriter.open(folder, set, 4096)) {
 *   for (long index = out.next(); index < pictures.size(); index++) {
 *     out.add(index, tokens, label, captions);
 *   }
 *   out.finish();
 * }
 * }</pre>
 *
 * <p>Files appear whole: {@code tokens-00000.safetensors}, {@code tokens-00001.safetensors}, … and
 * at last {@code tokens.json}, which counts them. Opened again after it was broken off, a writer
 * goes on after the last whole file.
 */
public final class TokenWriter implements AutoCloseable {

  private static final int MOST_ITEMS = 1 << 20;

  /** The most bytes of captions of a file: they are widened when they are written. */
  private static final int MOST_TEXT = 1 << 28;

  private final Path folder;
  private final TokenSet set;
  private final int perShard;
  private final int length;
  private int shards;
  private long next;

  // Of the shard that is being filled:
  private int items;
  private final int[] indices;
  private final int[] labels;
  private final int[] ends;
  private int[] tokens;
  private ByteArrayOutputStream captions = new ByteArrayOutputStream();

  private TokenWriter(Path folder, TokenSet set, int perShard) {
    this.folder = folder;
    this.set = set;
    this.perShard = perShard;
    this.length = set.length();
    this.indices = new int[perShard];
    this.labels = new int[perShard];
    this.ends = new int[perShard];
    this.tokens = new int[length];
  }

  /**
   * Begins a set of tokens, or goes on with one that was broken off. The folder is made if it is
   * not there.
   *
   * @param perShard pictures of a file, 1 to 2^20
   * @throws FileAlreadyExistsException when a complete set is there
   * @throws IOException when the folder holds files of another set, or cannot be written to
   */
  public static TokenWriter open(Path folder, TokenSet set, int perShard) throws IOException {
    long most = Math.min(MOST_ITEMS, (Integer.MAX_VALUE - 8L) / set.length());
    if (perShard < 1 || perShard > most) {
      throw new IllegalArgumentException(
          "tokens: 1 to " + most + " pictures a file; got " + perShard);
    }
    Files.createDirectories(folder);
    if (Files.exists(folder.resolve(TokenShard.LIST))) {
      throw new FileAlreadyExistsException(
          folder.toString(),
          null,
          "write " + folder + ": a folder without tokens; got a complete set — name another");
    }
    TokenWriter writer = new TokenWriter(folder, set, perShard);
    writer.goOn();
    return writer;
  }

  private void goOn() throws IOException {
    while (Files.exists(folder.resolve(TokenShard.name(shards)))) {
      try (TokenShard shard = TokenShard.open(folder.resolve(TokenShard.name(shards)))) {
        if (!shard.set().equals(set)) {
          throw new IOException(
              "write "
                  + folder
                  + ": tokens of the same tokenizer, pictures and preprocessing as in "
                  + TokenShard.name(shards)
                  + "; got others — name an empty folder");
        }
        if (shard.size() != perShard) {
          return; // the last one of a run that was stopped before it wrote the list
        }
        next = shard.index(perShard - 1) + 1L;
      }
      shards++;
    }
  }

  /** The number of the picture after the last one that is in a whole file; 0 at the beginning. */
  public long next() {
    return next;
  }

  /** How many pictures are there, those of an earlier run included. */
  public long size() {
    return (long) shards * perShard + items;
  }

  /**
   * Adds a picture.
   *
   * @param index its number in the source, below 2^31
   * @param tokens L numbers of 0 .. V − 1
   * @param label its class, or {@link Picture#UNLABELLED}
   * @param captions what describes it, perhaps nothing
   * @throws IllegalArgumentException when anything is out of range
   */
  public void add(long index, int[] tokens, int label, List<String> captions) throws IOException {
    if (tokens.length != length) {
      throw new IllegalArgumentException(
          "tokens: " + length + " for scales " + set.scales() + "; got " + tokens.length);
    }
    for (int token : tokens) {
      if (token < 0 || token >= set.vocabulary()) {
        throw new IllegalArgumentException(
            "tokens: numbers of 0 to " + (set.vocabulary() - 1) + "; got " + token);
      }
    }
    byte[] text =
        captions.isEmpty()
            ? new byte[0]
            : Json.of(captions).write().getBytes(StandardCharsets.UTF_8);
    if (index < 0
        || index > Integer.MAX_VALUE
        || label < Picture.UNLABELLED
        || label >= set.classes().size()
        || text.length > TokenShard.MAX_CAPTION_BYTES
        || (long) this.captions.size() + text.length > MOST_TEXT) {
      throw new IllegalArgumentException(
          "tokens: an index of 0 to 2^31 - 1, a label below "
              + set.classes().size()
              + " or -1, captions of at most "
              + TokenShard.MAX_CAPTION_BYTES
              + " bytes and "
              + MOST_TEXT
              + " a file; got "
              + index
              + ", "
              + label
              + " and "
              + text.length);
    }
    int at = items * length;
    if (this.tokens.length < at + length) {
      long grown = Math.min(2L * this.tokens.length, (long) perShard * length);
      this.tokens = Arrays.copyOf(this.tokens, (int) grown);
    }
    System.arraycopy(tokens, 0, this.tokens, at, length);
    this.captions.writeBytes(text);
    indices[items] = (int) index;
    labels[items] = label;
    ends[items] = this.captions.size();
    items++;
    if (items == perShard) {
      flush();
    }
  }

  private void flush() throws IOException {
    Map<Entry, Tensor> tensors = new LinkedHashMap<>();
    ElementType type = set.vocabulary() <= 1 << 16 ? ElementType.U16 : ElementType.I32;
    byte[] text = captions.toByteArray();
    int[] unsigned = new int[text.length];
    for (int i = 0; i < text.length; i++) {
      unsigned[i] = text[i] & 0xff;
    }
    put(tensors, TokenShard.TOKENS, type, tokens, items, length); // (N,L)
    put(tensors, TokenShard.LABELS, ElementType.I32, labels, items); // (N)
    put(tensors, TokenShard.INDICES, ElementType.I32, indices, items); // (N)
    put(tensors, TokenShard.CAPTION_ENDS, ElementType.I32, ends, items); // (N)
    put(tensors, TokenShard.CAPTIONS, ElementType.U8, unsigned, text.length); // (bytes)
    Path file = folder.resolve(TokenShard.name(shards));
    try (TensorWriter out = TensorWriter.create(file, tensors.keySet(), set.metadata())) {
      for (Map.Entry<Entry, Tensor> tensor : tensors.entrySet()) {
        out.write(tensor.getKey().name(), tensor.getValue());
      }
      out.finish();
    }
    if (items == perShard) {
      next = indices[items - 1] + 1L;
      shards++;
      items = 0;
      captions = new ByteArrayOutputStream();
    }
  }

  private static void put(
      Map<Entry, Tensor> tensors, String name, ElementType type, int[] values, int... extents) {
    Shape shape = Shape.of(extents);
    List<Long> dims = Entry.of(name, shape, DType.I32).extents();
    int[] exact = Arrays.copyOf(values, shape.size());
    tensors.put(new Entry(name, type, dims, false), Tensor.of(shape, new HostBuffer.I32(exact)));
  }

  /**
   * Writes what is left and the list: the set is complete.
   *
   * @throws IllegalStateException when there is no picture
   */
  public void finish() throws IOException {
    long size = size();
    if (size == 0) {
      throw new IllegalStateException("tokens: at least one picture; got none");
    }
    int whole = shards;
    if (items > 0) {
      flush();
    }
    long[] counts = new long[whole + (size > (long) whole * perShard ? 1 : 0)];
    Arrays.fill(counts, perShard);
    counts[counts.length - 1] = size - (counts.length - 1L) * perShard;
    AtomicFile.write(
        folder.resolve(TokenShard.LIST),
        Json.of(Map.of("pictures", size, "files", Arrays.stream(counts).boxed().toList()))
            .write()
            .getBytes(StandardCharsets.UTF_8));
  }

  /** Forgets what is not in a whole file, unless {@link #finish} was reached. */
  @Override
  public void close() {
    items = 0;
    captions = new ByteArrayOutputStream();
  }
}
