package io.nextscale.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TorchWriterTest {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whatIsWrittenReadsBackBitForBit(long seed) throws Exception {
    Random random = new Random(seed);
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    List<Entry> entries = new ArrayList<>();
    for (int i = random.nextInt(8); i >= 0; i--) {
      Tensor tensor = RandomTensors.next(random);
      tensors.put("a.tensor ü" + i, tensor);
      entries.add(Entry.of("a.tensor ü" + i, tensor.shape(), tensor.dtype()));
    }
    Path path = folder.resolve("random.pth");
    try (TensorWriter out = TensorWriter.create(path, entries, Map.of())) {
      for (String name : tensors.sequencedKeySet().reversed()) {
        out.write(name, tensors.get(name));
      }
      out.finish();
    }

    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.format()).isEqualTo(TensorFile.Format.TORCH_ZIP);
      assertThat(file.entries().values()).containsExactlyElementsOf(entries);
      for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
        RandomTensors.assertSameBits(file.load(tensor.getKey()), tensor.getValue());
      }
    }
    // An independent reader of archives agrees about the places, sizes and checksums.
    try (ZipFile zip = new ZipFile(path.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        assertThat(zip.getInputStream(entry).readAllBytes()).hasSize((int) entry.getSize());
      }
      assertThat(zip.getEntry("archive/data.pkl")).isNotNull();
    }
  }

  @Test
  void everyStorageBeginsAtAMultipleOf64Bytes() throws Exception {
    Path path = copy("mixed.pth", "copy.pth");
    byte[] file = Files.readAllBytes(path);
    for (ZipDirectory.Entry entry :
        ZipDirectory.read("copy", java.lang.foreign.MemorySegment.ofArray(file)).values()) {
      assertThat(entry.offset() % 64).as(entry.name()).isZero();
    }
  }

  @Test
  void bothFormatsTurnIntoEachOtherWithoutLoss() throws Exception {
    Path there = copy("mixed.pth", "there.safetensors");
    Path back = folder.resolve("back.pth");
    try (TensorFile from = TensorFile.open(there);
        TensorFile original = Fixtures.open("mixed.pth")) {
      copy(from, back);
      try (TensorFile file = TensorFile.open(back)) {
        assertThat(file.entries().values())
            .containsExactlyInAnyOrderElementsOf(original.entries().values());
        for (String name : original.entries().keySet()) {
          assertThat(Fixtures.stored(file, name)).isEqualTo(Fixtures.stored(original, name));
        }
      }
    }
  }

  /** Entries in the way claim 4.25 GiB each and are never written: the file is a hole there. */
  @Test
  void archivesBeyondFourGibibytesGetZip64Fields() throws Exception {
    long elements = (1L << 32) + (1L << 28);
    List<Entry> entries =
        List.of(
            new Entry("hole", ElementType.U8, List.of(elements), false),
            Entry.of("after", Shape.of(2), DType.F32));
    Path path = folder.resolve("big.pth");
    try (TorchWriter out = TorchWriter.create(path, entries)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      out.sink("hole", new TensorWriter.Slot(ElementType.U8, List.of(), elements)).accept(last);
      out.written("hole");
      out.write("after", Tensor.of(Shape.of(2), 3, 4));
      out.finish();
    }
    assertThat(Files.size(path)).isGreaterThan(elements);
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.entries().values()).containsExactlyElementsOf(entries);
      assertThat(file.load("after").toArray()).containsExactly(3, 4);
    }
    try (ZipFile zip = new ZipFile(path.toFile())) {
      assertThat(zip.getEntry("archive/data/0").getSize()).isEqualTo(elements);
      assertThat(zip.getInputStream(zip.getEntry("archive/data/1")).readAllBytes()).hasSize(8);
    }
  }

  @Test
  void typesThatPyTorchHasNoStorageForAreRefused() {
    List<Entry> entries = List.of(new Entry("x", ElementType.U16, List.of(1L), false));
    assertThatThrownBy(() -> TensorWriter.create(folder.resolve("x.pt"), entries, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("write: names once, in types of PyTorch's storages; got x U16 (1)");
    assertThat(folder).isEmptyDirectory();
  }

  private Path copy(String resource, String name) throws Exception {
    Path path = folder.resolve(name);
    try (TensorFile from = Fixtures.open(resource)) {
      copy(from, path);
    }
    return path;
  }

  private static void copy(TensorFile from, Path path) throws Exception {
    try (TensorWriter out = TensorWriter.create(path, from.entries().values(), Map.of())) {
      for (String name : from.entries().keySet()) {
        out.copy(from, name);
      }
      out.finish();
    }
  }
}
