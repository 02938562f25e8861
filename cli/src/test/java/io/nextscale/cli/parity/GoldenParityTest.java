package io.nextscale.cli.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Over the whole set of golden data beside the project, where there is one. */
class GoldenParityTest {

  private static Path golden() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("mvnw")) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    return folder.resolveSibling("shared").resolve("golden");
  }

  @Test
  void everythingIsCheckedAndWithinTolerance() throws IOException {
    Path folder = golden();
    assumeThat(folder)
        .as("the golden data, which are not part of the project, at " + folder)
        .isDirectory();
    Findings findings = new Parity(GoldenFolder.open(folder), null).run(row -> {});
    assertThat(findings.rows()).filteredOn(row -> !row.passed()).isEmpty();
    assertThat(findings.notChecked()).isEmpty();
    assertThat(findings.compared()).hasSizeGreaterThan(400);
  }
}
