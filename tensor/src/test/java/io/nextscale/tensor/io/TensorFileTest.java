package io.nextscale.tensor.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorFileTest {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version https://git-lfs.github.com/spec/v1 | a pointer of Git LFS — fetch the file itself",
        "\\n<!DOCTYPE html>                         | a web page — download the file itself",
        "GGUF\\003                                  | a GGUF file — use the model's safetensors",
        "\\037\\213\\010                      | a gzip archive — unpack it first",
        "hello                                      | 'hello' … — check the file",
        "\\211PNG\\r\\n                            | '\\u0089PNG\\u000d\\u000a' … — check",
      })
  void otherFilesAreNamedForWhatTheyAre(String content, String message) throws Exception {
    Path path = folder.resolve("model.pth");
    Files.write(path, content.translateEscapes().getBytes(ISO_8859_1));
    assertThatThrownBy(() -> TensorFile.open(path))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith(
            "read model.pth: safetensors, a PyTorch checkpoint or a NumPy array; got " + message);
  }

  @Test
  void missingEmptyAndUnreadableFilesAreNamed() throws Exception {
    assertThatThrownBy(() -> TensorFile.open(folder.resolve("none.pth")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("read none.pth: a file; got none — check the path");
    assertThatThrownBy(() -> TensorFile.open(folder))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining(": a file; got a folder — name a file in it");
    Path empty = Files.createFile(folder.resolve("empty.pth"));
    assertThatThrownBy(() -> TensorFile.open(empty))
        .hasMessageContaining("got an empty file — download it again");
    byte[] tar = new byte[512];
    System.arraycopy("ustar".getBytes(ISO_8859_1), 0, tar, 257, 5);
    assertThatThrownBy(() -> Fixtures.open("old.pth", tar))
        .hasMessageContaining("got a tar archive — unpack it; if PyTorch before 0.1.10 wrote it");
  }

  @Test
  void aStreamIsReadAsItsFileIs() throws Exception {
    byte[] bytes = Fixtures.bytes("mixed.pth");
    try (TensorFile file = Fixtures.open("mixed.pth");
        TensorFile streamed = TensorFile.read("inside.jar", new ByteArrayInputStream(bytes))) {
      assertThat(streamed.entries()).isEqualTo(file.entries());
      assertThat(streamed.load("state.f32").toArray()).isEqualTo(file.load("state.f32").toArray());
      assertThatThrownBy(() -> streamed.load("nothing")).hasMessageContaining("read inside.jar:");
    }
    InputStream torn = new ByteArrayInputStream(bytes, 0, bytes.length / 2);
    assertThatThrownBy(() -> TensorFile.read("inside.jar", torn))
        .isInstanceOf(FileFormatException.class);
  }

  @Test
  void tensorsThatAreNotThereAreNamedBesideThoseThatAre() throws Exception {
    try (TensorFile file = Fixtures.open("mixed.pth")) {
      assertThatThrownBy(() -> file.load("nothing"))
          .isInstanceOf(FileFormatException.class)
          .hasMessage(
              "read mixed.pth: a tensor 'nothing'; got state.f32, state.f16, state.bf16, state.f64,"
                  + " state.i64, … 18 in all");
      assertThatThrownBy(() -> file.at("nothing"))
          .hasMessage(
              "read mixed.pth: tensors below 'nothing'; got the groups state, meta, meta.empty"
                  + " — name one of those, or none");
      assertThatThrownBy(file::only).hasMessageContaining("one tensor; got 18");
    }
  }

  @Test
  void stateDictsAreFoundWhereTheyAreNested() throws Exception {
    try (TensorFile file = Fixtures.open("mixed.pth")) {
      assertThat(file.stateDict("nowhere", "state").entries()).containsKey("f32").hasSize(17);
      assertThat(file.stateDict()).isSameAs(file); // none of the usual names
    }
    try (TensorFile file = Fixtures.open("a", nested("state_dict"))) {
      assertThat(file.stateDict().entries()).containsOnlyKeys("module.model.w");
      assertThat(file.stateDict().at("module").entries()).containsOnlyKeys("model.w");
      assertThat(file.stateDict("other").entries()).containsOnlyKeys("module.model.w");
    }
    // In a flat file a first name is a part of the model, unless it was clearly flattened.
    SequencedMap<String, Tensor> flat = new LinkedHashMap<>();
    flat.put("model.w", Tensor.scalar(1));
    flat.put("trainer.var_wo_ddp.w", Tensor.scalar(2));
    Path path = folder.resolve("flat.safetensors");
    SafetensorsWriter.write(path, flat, Map.of());
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.stateDict("model").entries()).hasSize(2);
      assertThat(file.stateDict("trainer.var_wo_ddp").load("w").item()).isEqualTo(2);
      assertThat(file.at("model").load("w").item()).isEqualTo(1);
    }
  }

  private static byte[] nested(String group) {
    Pickle pickle = new Pickle().op('}').text(group).op('}').text("module.model.w");
    pickle.tensor("0", 1, 0, new long[] {1}, new long[] {1}).op('s', 's');
    return StoredZip.checkpoint(pickle.stop(), new byte[4]);
  }

  @Test
  void closedFilesSaySo() throws Exception {
    TensorFile file = Fixtures.open("mixed.pth");
    Tensor kept = file.load("state.f32");
    TensorFile part = file.at("state");
    file.close();
    file.close();
    assertThatThrownBy(() -> part.load("f32"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("read mixed.pth: an open file; got a closed one");
    assertThat(kept.toArray()).hasSize(48);
  }

  @Test
  void manyThreadsLoadFromOneFile() throws Exception {
    Path path = Files.write(folder.resolve("mixed.pth"), Fixtures.bytes("mixed.pth"));
    try (TensorFile file = TensorFile.open(path);
        ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<float[]>> loads =
          IntStream.range(0, 200)
              .mapToObj(i -> pool.submit(() -> file.load("state.transposed").toArray()))
              .toList();
      float[] expected = file.load("state.transposed").toArray();
      for (Future<float[]> load : loads) {
        assertThat(load.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "mapped files cannot be cut there")
  void filesThatAreCutWhileOpenAreReported() throws Exception {
    Path path = folder.resolve("cut.safetensors");
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("x", Tensor.zeros(Shape.of(1 << 20)));
    SafetensorsWriter.write(path, tensors, Map.of());
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.load("x").shape()).isEqualTo(Shape.of(1 << 20));
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.truncate(4096);
      }
      assertThatThrownBy(() -> file.load("x"))
          .isInstanceOf(FileFormatException.class)
          .hasMessage(
              "read cut.safetensors: a file that stays as it is while it is read; got a fault of"
                  + " memory access — it was cut short or its disk failed: copy it again");
    }
  }

  @Test
  void entriesSayWhatTheyHold() throws Exception {
    try (TensorFile file = Fixtures.open("mixed.pth")) {
      Entry entry = file.entries().get("state.f64");
      assertThat(entry).hasToString("state.f64 F64 (6, 8)");
      assertThat(entry.elements()).isEqualTo(48);
      assertThat(entry.sizeBytes()).isEqualTo(384);
      assertThat(entry.shape()).isEqualTo(Shape.of(6, 8));
      assertThat(entry.dtype()).isEqualTo(DType.F32);
      assertThat(file.name()).isEqualTo("mixed.pth");
      assertThat(file.format().label()).isEqualTo("PyTorch checkpoint");
    }
  }
}
