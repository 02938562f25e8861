package io.nextscale.data;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Tokens of pictures that were computed before, from the files that {@link TokenWriter} wrote.
 *
 * <pre>{@code
 * try (TokenShards tokens = TokenShards.open(folder)) {
 *   tokens.require(TokenSet.fingerprint(tokenizerFile));
 *   TokenBatch batch = tokens.batch(iteration, 64, seed);
 * }
 * }</pre>
 *
 * <p>Files are mapped, not loaded; any thread may read.
 */
public final class TokenShards implements AutoCloseable {

  private static final int MAX_LIST_BYTES = 1 << 24;

  private final Path folder;
  private final List<TokenShard> shards;

  /** The number of the first picture of each file, and at last of all pictures. */
  private final long[] first;

  private TokenShards(Path folder, List<TokenShard> shards) {
    this.folder = folder;
    this.shards = shards;
    this.first = new long[shards.size() + 1];
    for (int i = 0; i < shards.size(); i++) {
      first[i + 1] = first[i] + shards.get(i).size();
    }
  }

  /**
   * Opens a complete set.
   *
   * @throws FileFormatException when files are damaged, do not belong together, or hold other
   *     numbers of pictures than {@code tokens.json} says
   * @throws NoSuchFileException when there is no {@code tokens.json}: the writer was broken off
   */
  public static TokenShards open(Path folder) throws IOException {
    List<Long> counts = counts(folder);
    List<TokenShard> shards = new ArrayList<>();
    try {
      for (long count : counts) {
        TokenShard shard = TokenShard.open(folder.resolve(TokenShard.name(shards.size())));
        shards.add(shard);
        if (shard.size() != count || !shard.set().equals(shards.getFirst().set())) {
          throw new FileFormatException(
              TokenShard.name(shards.size() - 1),
              count + " pictures of the same tokenizer and source as in the first file",
              shard.size() + (shard.size() == count ? " of others" : ""),
              "tokenize the pictures again into an empty folder");
        }
      }
      return new TokenShards(folder, List.copyOf(shards));
    } catch (Throwable failure) {
      shards.forEach(TokenShard::close);
      throw failure;
    }
  }

  /** How many pictures each file has, as the list says. */
  private static List<Long> counts(Path folder) throws IOException {
    Path list = folder.resolve(TokenShard.LIST);
    if (!Files.exists(list)) {
      throw new NoSuchFileException(
          list.toString(),
          null,
          "read "
              + list
              + ": the list of a complete set of tokens; got none — let tokenizing end, it goes on"
              + " where it was broken off");
    }
    byte[] text;
    try (InputStream in = Files.newInputStream(list)) {
      text = in.readNBytes(MAX_LIST_BYTES);
    }
    Json json = Json.parse(list.toString(), text);
    List<Long> counts = new ArrayList<>();
    long total = 0;
    if (json.at("files").orElse(Json.Null.NULL) instanceof Json.Arr(List<Json> items)) {
      for (Json item : items) {
        if (item instanceof Json.Int(long count) && count > 0 && count <= Integer.MAX_VALUE) {
          counts.add(count);
          total += count;
        }
      }
      if (!items.isEmpty()
          && counts.size() == items.size()
          && json.at("pictures").orElse(Json.Null.NULL).equals(new Json.Int(total))) {
        return counts;
      }
    }
    throw new FileFormatException(
        list.toString(),
        "{\"pictures\": 10, \"files\": [8, 2]}, the number of all pictures and of those in each"
            + " file",
        FileFormatException.quote(json.write()),
        "tokenize the pictures again");
  }

  /** What the tokens are tokens of. */
  public TokenSet set() {
    return shards.getFirst().set();
  }

  /** How many pictures there are. */
  public long size() {
    return first[shards.size()];
  }

  /**
   * Makes sure that a tokenizer is the one that made these tokens.
   *
   * @param tokenizer {@link TokenSet#fingerprint} of its file
   * @throws FileFormatException when it is another
   */
  public void require(String tokenizer) throws FileFormatException {
    if (!set().tokenizer().equals(tokenizer)) {
      throw new FileFormatException(
          folder.toString(),
          "tokens of the tokenizer with SHA-256 " + FileFormatException.quote(tokenizer),
          "those of " + set().tokenizer(),
          "use that tokenizer, or tokenize the pictures again with this one");
    }
  }

  /**
   * Picture {@code index} of the set.
   *
   * @throws FileFormatException when it is damaged: a token beyond the vocabulary, a label beyond
   *     the classes, captions that are none
   * @throws IndexOutOfBoundsException when there is none of this number
   */
  public TokenizedPicture get(long index) throws IOException {
    Objects.checkIndex(index, size());
    int found = Arrays.binarySearch(first, index);
    int shard = found >= 0 ? found : -found - 2;
    return shards.get(shard).get(index - first[shard]);
  }

  /**
   * Batch {@code iteration} of shuffled passes without end, in the order of {@link Batches}: item j
   * has position {@code p = i B + j} and is at place {@code p mod N} of the permutation of epoch
   * {@code p / N}.
   *
   * @throws FileFormatException as {@link #get}
   */
  public TokenBatch batch(long iteration, int batchSize, long seed) throws IOException {
    if (iteration < 0 || batchSize < 1) {
      throw new IllegalArgumentException(
          "tokens: a batch of at least one, with a number of at least 0; got "
              + batchSize
              + " and "
              + iteration);
    }
    Order order = new Order(size(), seed, true);
    int length = set().length();
    int[] tokens = new int[Math.multiplyExact(batchSize, length)]; // (B,L)
    int[] labels = new int[batchSize];
    List<String> captions = new ArrayList<>();
    for (int b = 0; b < batchSize; b++) {
      long position = Math.addExact(Math.multiplyExact(iteration, (long) batchSize), b);
      long index = order.index(position, 0);
      TokenizedPicture picture = get(index);
      System.arraycopy(picture.tokens(), 0, tokens, b * length, length);
      labels[b] = picture.label();
      captions.add(order.caption(order.epoch(position), index, picture.captions()));
    }
    return new TokenBatch(
        iteration, Tensor.ofInts(Shape.of(batchSize, length), tokens), labels, captions);
  }

  /** Releases the files. */
  @Override
  public void close() {
    shards.forEach(TokenShard::close);
  }
}
