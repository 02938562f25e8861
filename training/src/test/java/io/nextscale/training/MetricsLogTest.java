package io.nextscale.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {

  @TempDir Path folder;

  private static MetricsLog.Row row(int iteration) {
    SequencedMap<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("loss", 1.0 / (iteration + 1));
    metrics.put("größe", iteration % 2 == 0 ? Double.NaN : -0.0);
    SequencedMap<String, Double> evaluation = new LinkedHashMap<>();
    if (iteration % 3 == 2) {
      evaluation.put("loss", 2.5);
    }
    return new MetricsLog.Row(iteration, iteration / 8.0, metrics, evaluation);
  }

  private static void write(Path file, int from, int to) throws IOException {
    try (MetricsLog log = MetricsLog.open(file, from)) {
      for (int i = from; i < to; i++) {
        log.write(row(i));
      }
    }
  }

  @Test
  void rowsComeBackAsTheyWere() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    write(file, 0, 7);
    assertThat(MetricsLog.read(file))
        .isEqualTo(List.of(row(0), row(1), row(2), row(3), row(4), row(5), row(6)));
  }

  @Test
  void everyIterationIsThereOnceWhereverTheFileWasTorn() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    write(file, 0, 6);
    byte[] whole = Files.readAllBytes(file);
    for (int size = 0; size <= whole.length; size++) {
      Files.write(file, Arrays.copyOf(whole, size));
      int lines = MetricsLog.read(file).size();
      for (int from = 0; from <= lines; from++) {
        Files.write(file, Arrays.copyOf(whole, size));
        write(file, from, 6);
        assertThat(file).as("%d bytes, from %d", size, from).hasBinaryContent(whole);
      }
    }
  }

  @Test
  void damagedFilesAreRefusedWithTheirLine() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    write(file, 0, 4);
    byte[] whole = Files.readAllBytes(file);
    RandomStream random = RandomStream.of(3);
    int refused = 0;
    for (int i = 0; i < 500; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      Files.write(file, damaged);
      try {
        MetricsLog.read(file);
      } catch (FileFormatException e) {
        assertThat(e).hasMessageContaining("metrics.jsonl line ");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(200);
  }

  @Test
  void namesOfTheLineItselfAreRefused() throws IOException {
    SequencedMap<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("iteration", 1.0);
    MetricsLog.Row row = new MetricsLog.Row(0, 0, metrics, new LinkedHashMap<>());
    try (MetricsLog log = MetricsLog.open(folder.resolve("metrics.jsonl"), 0)) {
      assertThatThrownBy(() -> log.write(row))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("iteration");
    }
  }
}
