package io.nextscale.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.ElementType;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.SafetensorsWriter;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that are written once and read at random. */
class TokenShardsTest {

  private static final String SHA = "ab".repeat(32);

  @TempDir Path temporary;

  static TokenSet set(int vocabulary) {
    return new TokenSet(
        SHA, "1x1, 2x2, 3x4", vocabulary, "a source", "8 pixels of 9", List.of("cat", "dog"));
  }

  private static int[] tokens(long index, int vocabulary) {
    return new Random(index).ints(17, 0, vocabulary).toArray();
  }

  private static List<String> captions(long index) {
    return switch ((int) (index % 3)) {
      case 0 -> List.of();
      case 1 -> List.of("a \"red\" circle — größer\n");
      default -> List.of("one", "", "three \ud83d\ude00");
    };
  }

  static void fill(TokenWriter out, long to, int vocabulary) throws IOException {
    for (long i = out.next(); i < to; i++) {
      out.add(i, tokens(i, vocabulary), (int) (i % 3) - 1, captions(i));
    }
  }

  static Path written(Path folder, int count, int perShard, int vocabulary) throws IOException {
    try (TokenWriter out = TokenWriter.open(folder, set(vocabulary), perShard)) {
      fill(out, count, vocabulary);
      assertThat(out.size()).isEqualTo(count);
      out.finish();
    }
    return folder;
  }

  private static void assertHolds(Path folder, int count, int vocabulary) throws IOException {
    try (TokenShards shards = TokenShards.open(folder)) {
      assertThat(shards.size()).isEqualTo(count);
      assertThat(shards.set()).isEqualTo(set(vocabulary));
      for (long i = count - 1; i >= 0; i--) {
        TokenizedPicture picture = shards.get(i);
        assertThat(picture.index()).isEqualTo(i);
        assertThat(picture.tokens()).isEqualTo(tokens(i, vocabulary));
        assertThat(picture.label()).isEqualTo((int) (i % 3) - 1);
        assertThat(picture.captions()).isEqualTo(captions(i));
      }
      assertThatThrownBy(() -> shards.get(count)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Path small = written(temporary.resolve("small"), 11, 4, 4096);
    assertHolds(small, 11, 4096);
    assertThat(small.resolve("tokens.json"))
        .content()
        .contains("\"pictures\":11")
        .contains("\"files\":[4,4,3]");
    Path large = written(temporary.resolve("large"), 8, 4, 70_000);
    assertHolds(large, 8, 70_000);
    try (TensorFile a = TensorFile.open(small.resolve("tokens-00000.safetensors"));
        TensorFile b = TensorFile.open(large.resolve("tokens-00001.safetensors"))) {
      assertThat(a.entries().get("tokens")).hasToString("tokens U16 (4, 17)");
      assertThat(b.entries().get("tokens")).hasToString("tokens I32 (4, 17)");
    }
  }

  @Test
  void aWriterThatWasBrokenOffGoesOn() throws IOException {
    Path whole = written(temporary.resolve("whole"), 11, 4, 100);
    Path broken = temporary.resolve("broken");
    try (TokenWriter out = TokenWriter.open(broken, set(100), 4)) {
      fill(out, 10, 100);
    }
    assertThatThrownBy(() -> TokenShards.open(broken))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("let tokenizing end");
    try (TokenWriter out = TokenWriter.open(broken, set(100), 4)) {
      assertThat(out.next()).isEqualTo(8);
      fill(out, 11, 100);
      out.finish();
    }
    Files.delete(broken.resolve("tokens.json")); // stopped between the last file and the list
    written(broken, 11, 4, 100);
    for (String file : Arrays.asList(whole.toFile().list())) {
      assertThat(broken.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(broken.toFile().list()).hasSize(4);
    assertThatThrownBy(() -> TokenWriter.open(broken, set(100), 4))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("got a complete set");
    Files.delete(broken.resolve("tokens.json"));
    assertThatThrownBy(() -> TokenWriter.open(broken, set(101), 4))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("name an empty folder");
  }

  @Test
  void batchesHoldEachPictureOncePerEpoch() throws IOException {
    Path folder = written(temporary.resolve("set"), 10, 3, 100);
    try (TokenShards shards = TokenShards.open(folder)) {
      List<String> rows = new ArrayList<>();
      for (long i = 0; i < 10; i++) {
        TokenBatch batch = shards.batch(i, 4, 7);
        assertThat(batch.tokens().shape().dims()).containsExactly(4, 17);
        for (int b = 0; b < 4; b++) {
          int[] row = Arrays.copyOfRange(batch.tokens().toInts(), 17 * b, 17 * b + 17);
          rows.add(Arrays.toString(row));
          int index = 0;
          while (!Arrays.equals(row, tokens(index, 100))) {
            index++;
          }
          assertThat(batch.labels()[b]).isEqualTo(index % 3 - 1);
          assertThat(batch.captions().get(b))
              .isIn(captions(index).isEmpty() ? List.of("") : captions(index));
        }
        assertThat(shards.batch(i, 4, 7).tokens().toInts()).isEqualTo(batch.tokens().toInts());
        assertThat(shards.batch(i, 4, 7).captions()).isEqualTo(batch.captions());
      }
      for (int epoch = 0; epoch < 4; epoch++) {
        assertThat(new TreeSet<>(rows.subList(10 * epoch, 10 * epoch + 10))).hasSize(10);
      }
      assertThat(rows.subList(0, 10)).isNotEqualTo(rows.subList(10, 20));
    }
  }

  @Test
  void theWrongTokenizerIsRefused() throws IOException {
    Path tokenizer = Files.write(temporary.resolve("vae.safetensors"), Fixtures.text("abc"));
    String fingerprint = TokenSet.fingerprint(tokenizer);
    assertThat(fingerprint) // FIPS 180-2, B.1
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    try (TokenShards shards = TokenShards.open(written(temporary.resolve("set"), 2, 2, 9))) {
      shards.require(SHA);
      assertThatThrownBy(() -> shards.require(fingerprint))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("tokens of the tokenizer with SHA-256 " + fingerprint)
          .hasMessageContaining("got those of " + SHA);
    }
  }

  @Test
  void whatIsOutOfRangeIsNotWritten() throws IOException {
    Path folder = temporary.resolve("set");
    try (TokenWriter out = TokenWriter.open(folder, set(9), 4)) {
      int[] good = new int[17];
      assertThatThrownBy(() -> out.add(0, new int[16], 0, List.of()))
          .hasMessageContaining("17 for scales 1x1, 2x2, 3x4; got 16");
      int[] bad = good.clone();
      bad[3] = 9;
      assertThatThrownBy(() -> out.add(0, bad, 0, List.of()))
          .hasMessageContaining("numbers of 0 to 8; got 9");
      assertThatThrownBy(() -> out.add(0, good, 2, List.of())).hasMessageContaining("below 2 or");
      assertThatThrownBy(() -> out.add(-1, good, 0, List.of())).hasMessageContaining("got -1");
      assertThatThrownBy(() -> out.add(1L << 31, good, 0, List.of()))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> out.add(0, good, 0, List.of("x".repeat(1 << 20))))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(out::finish)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("at least one picture");
    }
    assertThat(folder).isEmptyDirectory();
    assertThatThrownBy(() -> TokenWriter.open(folder, set(9), 0))
        .isInstanceOf(IllegalArgumentException.class);
    for (String scales : List.of("", "1x1,2x2", "0x1", "1x1, ", "99999x1", "9999x9999")) {
      assertThatThrownBy(() -> new TokenSet(SHA, scales, 9, "", "", List.of()))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new TokenSet("abc", "1x1", 9, "", "", List.of()))
        .hasMessageContaining("64 hexadecimal digits");
  }

  /** One file of two pictures, with one part replaced. */
  private Path hostile(String name, ElementType type, List<Long> extents, int... values)
      throws IOException {
    Path folder = Files.createTempDirectory(temporary, "hostile");
    written(folder, 2, 2, 9);
    Path file = folder.resolve("tokens-00000.safetensors");
    Map<Entry, Tensor> parts = new LinkedHashMap<>();
    Map<String, String> metadata;
    try (TensorFile good = TensorFile.open(file)) {
      metadata = good.metadata();
      for (Entry entry : good.entries().values()) {
        parts.put(entry, good.load(entry.name()));
      }
    }
    parts.keySet().removeIf(entry -> entry.name().equals(name));
    int[] dims = extents.stream().mapToInt(Math::toIntExact).toArray();
    parts.put(new Entry(name, type, extents, false), Tensor.ofInts(Shape.of(dims), values));
    try (SafetensorsWriter out = SafetensorsWriter.create(file, parts.keySet(), metadata)) {
      for (Map.Entry<Entry, Tensor> part : parts.entrySet()) {
        out.write(part.getKey().name(), part.getValue());
      }
      out.finish();
    }
    return folder;
  }

  private static void assertRefused(Path folder, String complaint) {
    assertThatThrownBy(
            () -> {
              try (TokenShards shards = TokenShards.open(folder)) {
                shards.get(0);
                shards.get(1);
              }
            })
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith("read tokens-00000.safetensors")
        .hasMessageContaining(complaint);
  }

  @Test
  void hostileFilesAreRefused() throws IOException {
    int[] tokens = new int[34];
    tokens[33] = 9;
    assertRefused(
        hostile("tokens", ElementType.U16, List.of(2L, 17L), tokens),
        "tokens of 0 to 8; got 9 in picture 1");
    tokens[33] = -1;
    assertRefused(
        hostile("tokens", ElementType.I32, List.of(2L, 17L), tokens), "got -1 in picture 1");
    assertRefused(
        hostile("tokens", ElementType.U16, List.of(2L, 16L), new int[32]),
        "17 tokens a picture, for 1x1, 2x2, 3x4; got tokens U16 (2, 16)");
    assertRefused(
        hostile("tokens", ElementType.U8, List.of(2L, 17L), new int[34]), "a tensor 'tokens'");
    assertRefused(
        hostile("tokens", ElementType.U16, List.of(3L, 17L), new int[51]),
        "labels of 3 pictures; got labels I32 (2)");
    assertRefused(hostile("labels", ElementType.I32, List.of(2L), -1, 2), "got 2 for picture 1");
    assertRefused(hostile("labels", ElementType.I32, List.of(2L), -2, 0), "got -2 for picture 0");
    assertRefused(hostile("indices", ElementType.I32, List.of(2L), 0, -7), "got -7 for picture 1");
    assertRefused(
        hostile("caption_ends", ElementType.I32, List.of(2L), 0, Integer.MAX_VALUE),
        "got 0 to 2147483647 for picture 1");
    assertRefused(
        hostile("caption_ends", ElementType.I32, List.of(2L), 0, -3), "got 0 to -3 for picture 1");
    assertRefused(
        hostile("caption_ends", ElementType.I32, List.of(2L), 5, 3), "captions of picture 0");
    assertRefused(
        hostile("caption_ends", ElementType.I32, List.of(2L), -5, 3), "got 0 to -5 for picture 0");
    assertRefused(hostile("captions", ElementType.U8, List.of(0L)), "captions within 0 bytes");
    int size;
    try (TensorFile good =
        TensorFile.open(
            hostile("labels", ElementType.I32, List.of(2L), 0, 0)
                .resolve("tokens-00000.safetensors"))) {
      size = (int) good.entries().get("captions").elements();
    }
    for (String json : List.of("{\"a\": [1]}", "[\"a\", 1]", "\"a\"")) {
      int[] text = (json + " ".repeat(size - json.length())).chars().toArray();
      assertRefused(
          hostile("captions", ElementType.U8, List.of((long) size), text),
          "captions of picture 1: a list of texts");
    }
  }

  @Test
  void filesThatDoNotBelongTogetherAreRefused() throws IOException {
    Path a = written(temporary.resolve("a"), 8, 4, 9);
    Path b = written(temporary.resolve("b"), 8, 4, 10);
    Path second = Path.of("tokens-00001.safetensors");
    Files.copy(
        b.resolve(second), a.resolve(second), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> TokenShards.open(a))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("same tokenizer and source as in the first file; got 4 of others");
    for (String list :
        List.of(
            "{\"pictures\": 9, \"files\": [4, 4]}",
            "{\"pictures\": 0, \"files\": []}",
            "{\"pictures\": 8, \"files\": [4, \"4\"]}",
            "{\"pictures\": 8, \"files\": [9, -1]}",
            "[]",
            "{")) {
      Files.writeString(b.resolve("tokens.json"), list);
      assertThatThrownBy(() -> TokenShards.open(b))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("tokens.json");
    }
    Files.writeString(b.resolve("tokens.json"), "{\"pictures\": 9, \"files\": [4, 5]}");
    assertThatThrownBy(() -> TokenShards.open(b))
        .hasMessageContaining("tokens-00001.safetensors: 5 pictures")
        .hasMessageContaining("got 4 —");
  }
}
