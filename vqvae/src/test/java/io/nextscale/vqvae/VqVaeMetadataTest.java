package io.nextscale.vqvae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VqVaeMetadataTest {

  private static final int MUTATIONS = 60;

  private static final VqVaeConfig CONFIG =
      new VqVaeConfig(32, List.of(1, 1), 1, 6, 4, Scales.of(1, 3), 2, 0.25f, 0.5f, true);

  @TempDir Path folder;

  private Path file(Map<String, String> header) throws IOException {
    Path file = folder.resolve("vae.safetensors");
    Parameters parameters = VqVae.declared(CONFIG).parameters();
    parameters.save(file, VqVae.initial(CONFIG, RandomStream.of(1)), DType.F32, header);
    return file;
  }

  @Test
  void aTokenizerIsLoadedWithoutBeingToldItsScales() throws IOException {
    Path file = file(VqVaeMetadata.of(CONFIG));
    assertThat(VqVaeMetadata.load(file, Loading.forInference()).config()).isEqualTo(CONFIG);
    VqVaeConfig oblong = CONFIG.withScales(new Scales(List.of(new Scales.Size(3, 40))));
    assertThat(VqVaeMetadata.of(oblong)).containsEntry("nextscale.scales", "3x40");
  }

  @Test
  void thriftIsToldWithTheScales() throws IOException {
    VqVaeConfig thrifty =
        new VqVaeConfig(32, List.of(1, 1), 1, 6, 4, Scales.of(1, 3), 2, 0.25f, 0.5f, false)
            .withThrift(0.75f);
    Path file = file(VqVaeMetadata.of(thrifty));
    VqVae vae = VqVaeMetadata.load(file, Loading.forInference());
    assertThat(vae.config()).isEqualTo(thrifty);
    assertThat(vae.quantizer().thrift()).isEqualTo(0.75f);
  }

  @Test
  void aFileWithoutItIsRefused() throws IOException {
    assertThatThrownBy(() -> VqVaeMetadata.load(file(Map.of()), Loading.forInference()))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("nextscale.scales");
  }

  @Test
  void damagedTextIsRefusedOrReadAndNothingElse() throws IOException {
    Random random = new Random(3);
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      Map<String, String> header = new HashMap<>();
      VqVaeMetadata.of(CONFIG)
          .forEach((name, text) -> {
            StringBuilder damaged = new StringBuilder(text);
            damaged.setCharAt(
                random.nextInt(text.length()), "0123456789x,.-e# ".charAt(random.nextInt(17)));
            header.put(name, damaged.toString());
          });
      try (TensorFile file = TensorFile.open(file(header))) {
        VqVaeMetadata.config(file);
      } catch (FileFormatException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(1, MUTATIONS);
  }
}
