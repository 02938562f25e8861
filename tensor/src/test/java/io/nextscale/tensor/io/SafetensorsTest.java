package io.nextscale.tensor.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.HostBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void whatIsWrittenReadsBackBitForBit(long seed) throws Exception {
    Random random = new Random(seed);
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    int count = random.nextInt(8);
    for (int i = 0; i < count; i++) {
      tensors.put("tensor " + i + " ü\n\"", RandomTensors.next(random));
    }
    Map<String, String> metadata = Map.of("format", "pt", "é", "\u0000 \ud83d\ude00");
    Path path = folder.resolve("random.safetensors");

    SafetensorsWriter.write(path, tensors, metadata);

    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.format()).isEqualTo(TensorFile.Format.SAFETENSORS);
      assertThat(file.metadata()).isEqualTo(metadata);
      assertThat(file.entries().keySet()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
      for (String name : tensors.keySet()) {
        RandomTensors.assertSameBits(file.load(name), tensors.get(name));
      }
    }
  }

  @Test
  void filesOfOthersCopyWithoutLossInAnyOrder() throws Exception {
    Path path = folder.resolve("copy.safetensors");
    try (TensorFile from = Fixtures.open("mixed.pth")) {
      List<String> names = new ArrayList<>(from.entries().keySet());
      Collections.shuffle(names, new Random(1));
      try (SafetensorsWriter out =
          SafetensorsWriter.create(path, from.entries().values(), Map.of())) {
        for (String name : names) {
          out.copy(from, name);
        }
        out.finish();
      }
      try (TensorFile copy = TensorFile.open(path)) {
        for (Entry entry : from.entries().values()) {
          assertThat(copy.entries()).containsEntry(entry.name(), entry);
          assertThat(Fixtures.stored(copy, entry.name()))
              .isEqualTo(Fixtures.stored(from, entry.name()));
        }
      }
    }
  }

  @Test
  void everyTensorIsAlignedToItsElements() throws Exception {
    Path path = folder.resolve("aligned.safetensors");
    List<Entry> entries = new ArrayList<>();
    for (ElementType type : ElementType.values()) {
      if (ElementType.byName(type.name()) != null) {
        entries.add(new Entry("x" + type, type, List.of(3L), false));
      }
    }
    try (SafetensorsWriter out = SafetensorsWriter.create(path, entries, Map.of())) {
      Tensor zeros = Tensor.ofInts(Shape.of(3), 0, 0, 0);
      for (Entry entry : entries) {
        if (entry.dtype() == DType.I32) {
          out.write(entry.name(), zeros);
        }
      }
      assertThatThrownBy(out::finish)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("all announced tensors; got none for xBF16 and");
    }
    assertThat(folder).isEmptyDirectory(); // nothing was finished, nothing stays

    ByteBuffer header = ByteBuffer.wrap(header(entries)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(header.getLong() % 8).isZero();
    Json json = Json.parse("header", UTF_8.decode(header).toString());
    for (Entry entry : entries) {
      assertThat(json.at(entry.name(), "data_offsets").orElseThrow())
          .isInstanceOfSatisfying(
              Json.Arr.class,
              offsets ->
                  assertThat(((Json.Int) offsets.items().getFirst()).value())
                      .matches(at -> at % entry.type().sizeBytes() == 0));
    }
  }

  private byte[] header(List<Entry> entries) throws Exception {
    Path path = folder.resolve("header");
    try (SafetensorsWriter out = SafetensorsWriter.create(path, entries, Map.of())) {
      try (Stream<Path> files = Files.list(folder)) {
        byte[] header = Files.readAllBytes(files.findFirst().orElseThrow());
        assertThatThrownBy(out::finish).isInstanceOf(IllegalStateException.class);
        return header;
      }
    }
  }

  @Test
  void weightsOfEightBitsKeepTheirFactorsBesideThem() throws Exception {
    Path path = folder.resolve("i8.safetensors");
    Tensor weight =
        Tensor.of(
            Shape.of(2, 3),
            new HostBuffer.I8(new byte[] {1, -2, 3, 127, -128, 0}, new float[] {0.5f, 2}));
    Tensor plain = Tensor.ofInts(Shape.of(2), -1, 7);
    List<Entry> entries =
        List.of(
            Entry.of("w", weight.shape(), DType.I8),
            new Entry("plain", ElementType.I8, List.of(2L), false));
    try (SafetensorsWriter out = SafetensorsWriter.create(path, entries, Map.of())) {
      out.write("w", weight);
      out.write("plain", plain);
      out.finish();
    }
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.entries().keySet()).containsExactlyInAnyOrder("w", "plain");
      RandomTensors.assertSameBits(file.load("w"), weight);
      assertThat(file.load("plain").toInts()).containsExactly(-1, 7);
      // To other readers it is two tensors.
      assertThat(file.load("w.scale").toArray()).containsExactly(0.5f, 2);

      Path copy = folder.resolve("copy.safetensors");
      try (SafetensorsWriter out =
          SafetensorsWriter.create(copy, file.entries().values(), Map.of())) {
        out.copy(file, "plain");
        out.copy(file, "w");
        out.finish();
      }
      assertThat(copy).hasSameBinaryContentAs(path);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"})
  void integersKeepTheirValuesInEveryWidthThatHoldsThem(ElementType type) throws Exception {
    int most =
        switch (type) {
          case I64, I32, U64, U32 -> Integer.MAX_VALUE;
          case I16 -> Short.MAX_VALUE;
          case U16 -> 0xffff;
          case I8 -> Byte.MAX_VALUE;
          case U8 -> 0xff;
          default -> 1;
        };
    int least = type.name().startsWith("I") ? -most - 1 : 0;
    Path path = folder.resolve("integers.safetensors");
    List<Entry> entries = List.of(new Entry("x", type, List.of(4L), false));
    try (TensorWriter out = TensorWriter.create(path, entries, Map.of())) {
      for (long outside : new long[] {most + 1L, least - 1L}) {
        if (outside == (int) outside) {
          assertThatThrownBy(
                  () -> out.write("x", Tensor.ofInts(Shape.of(4), 0, 1, (int) outside, 0)))
              .hasMessage(
                  "write x: integers of "
                      + least
                      + " to "
                      + most
                      + " for "
                      + type
                      + "; got "
                      + outside);
        }
      }
      out.write("x", Tensor.ofInts(Shape.of(4), 0, 1, most, least));
      out.finish();
    }
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.entries().get("x").type()).isEqualTo(type);
      assertThat(file.load("x").toInts()).containsExactly(0, 1, most, least);
    }
  }

  @Test
  void unfinishedFileLeavesTheOldOneAlone() throws Exception {
    Path path = folder.resolve("model.safetensors");
    Files.writeString(path, "old");
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("x", Tensor.scalar(1));
    try (SafetensorsWriter out =
        SafetensorsWriter.create(path, List.of(Entry.of("x", Shape.of(), DType.F32)), Map.of())) {
      out.write("x", Tensor.scalar(1));
      assertThat(path).hasContent("old");
    }
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
    assertThat(path).hasContent("old");

    SafetensorsWriter.write(path, tensors, Map.of());
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.only().item()).isEqualTo(1);
    }
  }

  @Test
  void placesThatCannotBeWrittenToAreNamed() {
    Path missing = folder.resolve("none").resolve("x.safetensors");
    assertThatThrownBy(() -> SafetensorsWriter.create(missing, List.of(), Map.of()))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("a folder to write to; got none — create it");
    assertThatThrownBy(() -> SafetensorsWriter.create(folder, List.of(), Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a file; got a folder — name a file in it");
  }

  @Test
  void tensorsThatWereNotAnnouncedLikeThisAreRefused() throws Exception {
    Path path = folder.resolve("x.safetensors");
    List<Entry> entries =
        List.of(
            new Entry("x", ElementType.F32, List.of(2L), false),
            new Entry("byte", ElementType.U8, List.of(1L), false));
    try (SafetensorsWriter out = SafetensorsWriter.create(path, entries, Map.of())) {
      assertThatThrownBy(() -> out.write("y", Tensor.scalar(1)))
          .hasMessage("write " + path + ": one of the announced tensors; got y ()");
      assertThatThrownBy(() -> out.write("x", Tensor.scalar(1)))
          .hasMessage("write " + path + ": x as announced, F32 [2]; got x ()");
      assertThatThrownBy(() -> out.write("x", Tensor.ofInts(Shape.of(2), 1, 2)))
          .hasMessage("write x: F32 as announced; got I32");
      assertThatThrownBy(() -> out.write("byte", Tensor.ofInts(Shape.of(1), 256)))
          .hasMessage("write byte: integers of 0 to 255 for U8; got 256");
      out.write("x", Tensor.zeros(Shape.of(2)));
      assertThatThrownBy(() -> out.write("x", Tensor.zeros(Shape.of(2))))
          .hasMessage("write " + path + ": x once; got x (2)");
    }
    Entry x = entries.getFirst();
    assertThatThrownBy(() -> SafetensorsWriter.create(path, List.of(x, x), Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"x\":1}                                                 | F64, F32",
        "{\"x\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[0,1]}}       | got F4",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}      | with 4 bytes",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}      | with 8 bytes",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}     | with 8 bytes",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,16]}}   | with 8 bytes",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}        | with 8 bytes",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}    | whole numbers",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[-1,-2],\"data_offsets\":[0,8]}}  | extents of at least 0",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}        | a list 'shape'",
        "{\"x\":{\"shape\":[2],\"data_offsets\":[0,8]}}                    | got none",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}     | 12 bytes of tensors",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}      | more than its header",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}      | one after the other",
        "{\"x\":{\"dtype\":\"U8\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}|extents",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}} | 2^56",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775807]}}| with 8",
        "{\"__metadata__\":{\"a\":1}}                                  | text for 'a'",
        "{\"__metadata__\":[]}                                       | an object of text",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"x\":{}}  | 'x' twice",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"y\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}     | one after the other",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}       | ','",
      })
  void lyingHeadersAreRefused(String header, String message) {
    assertThatThrownBy(() -> Fixtures.open("a.safetensors", file(header, new byte[8])))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith("read a.safetensors: ")
        .hasMessageContaining(message);
  }

  @Test
  void lengthsBeyondTheFileAreRefused() {
    byte[] file = file("{}", new byte[0]);
    assertThatThrownBy(() -> Fixtures.open("a.safetensors", withLength(file, 100)))
        .hasMessage(
            "read a.safetensors: a header of at most 2 bytes; got 100 — the file is incomplete:"
                + " download it again");
    for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40}) {
      assertThatThrownBy(() -> Fixtures.open("a.safetensors", withLength(file, length)))
          .isInstanceOf(FileFormatException.class);
    }
  }

  private static byte[] withLength(byte[] file, long length) {
    return ByteBuffer.wrap(file.clone()).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length).array();
  }

  @Test
  void emptyFilesAndEmptyTensorsAreFine() throws Exception {
    try (TensorFile file = Fixtures.open("a", file("{}", new byte[0]))) {
      assertThat(file.entries()).isEmpty();
    }
    String header = "{\"x\":{\"dtype\":\"F32\",\"shape\":[3,0],\"data_offsets\":[0,0]}}";
    try (TensorFile file = Fixtures.open("a", file(header, new byte[0]))) {
      assertThat(file.load("x").shape()).isEqualTo(Shape.of(3, 0));
    }
  }

  /** A file of a header and data. */
  static byte[] file(String header, byte[] data) {
    byte[] json = header.strip().getBytes(UTF_8);
    return ByteBuffer.allocate(8 + json.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .put(data)
        .array();
  }
}
