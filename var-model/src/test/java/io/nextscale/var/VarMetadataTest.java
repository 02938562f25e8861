package io.nextscale.var;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.nn.Loading;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.text.WordPieces;
import io.nextscale.vqvae.Scales;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VarMetadataTest {

  private static final int MUTATIONS = 60;

  /** Attention without learned scales: no tensor tells the heads. */
  private static final VarConfig CONFIG =
      new VarConfig(1, 12, 3, 2, 4, 6, Scales.of(1, 2), true, false);

  private static final VarMetadata METADATA =
      new VarMetadata(
          3,
          WordPieces.learn(List.of("a red circle", "two blue squares"), 100),
          List.of("cat", "dog \"é\""),
          "ab".repeat(32));

  @TempDir Path folder;

  private Path file(Map<String, String> header) throws IOException {
    Path file = folder.resolve("var.safetensors");
    Var.declared(CONFIG)
        .parameters()
        .save(file, Var.initial(CONFIG, RandomStream.of(1)), DType.F32, header);
    return file;
  }

  @Test
  void whatTensorsDoNotTellIsReadBack() throws IOException {
    Path file = file(METADATA.text());
    try (TensorFile open = TensorFile.open(file)) {
      assertThat(VarMetadata.in(open)).isTrue();
      assertThat(VarMetadata.of(open)).isEqualTo(METADATA);
    }
    assertThat(VarMetadata.load(file, Loading.forInference()).config()).isEqualTo(CONFIG);
  }

  @Test
  void aFileWithoutItIsRefused() throws IOException {
    assertThatThrownBy(() -> VarMetadata.load(file(Map.of()), Loading.forInference()))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("nextscale.heads");
  }

  @Test
  void damagedTextIsRefusedOrReadAndNothingElse() throws IOException {
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      Map<String, String> header = new HashMap<>();
      METADATA
          .text()
          .forEach((name, text) -> {
            StringBuilder damaged = new StringBuilder(text);
            damaged.setCharAt(
                random.nextInt(text.length()), "0a,.-\"[]{}:\\".charAt(random.nextInt(12)));
            header.put(name, damaged.toString());
          });
      try (TensorFile file = TensorFile.open(file(header))) {
        VarMetadata.of(file);
      } catch (FileFormatException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(1, MUTATIONS);
  }
}
