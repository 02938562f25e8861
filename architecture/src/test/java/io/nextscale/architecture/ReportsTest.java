package io.nextscale.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.training.inference.InferenceReport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reports in the documentation are what the data beside them say. */
class ReportsTest {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"inference-scaling", "inference-scaling-beams", "inference-scaling-guided"})
  void aReportOfSearchesFollowsFromItsData(String name) throws IOException {
    Path results = Project.root().resolve("docs/results").resolve(name);
    Files.copy(results.resolve("experiment.json"), folder.resolve("experiment.json"));
    try (InputStream cells =
        new GZIPInputStream(Files.newInputStream(results.resolve("cells.jsonl.gz")))) {
      Files.copy(cells, folder.resolve("cells.jsonl"));
    }
    InferenceReport.of(folder).write(folder, Files.readString(results.resolve("memory.md")));
    assertThat(folder.resolve("inference-scaling.md"))
        .hasSameTextualContentAs(results.resolve("inference-scaling.md"));
    assertThat(pictures(folder)).isEqualTo(pictures(results));
  }

  private static Set<String> pictures(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".png"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
