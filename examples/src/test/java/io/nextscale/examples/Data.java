package io.nextscale.examples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Published weights and pictures, which are not part of the project. */
final class Data {

  private Data() {}

  /**
   * A file of the folder {@code shared/data} beside the project; without it the test is skipped.
   */
  static Path file(String name) {
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      Path file = p.resolve("shared/data").resolve(name);
      if (Files.exists(file)) {
        return file;
      }
    }
    assumeTrue(false, "../shared/data/" + name + " is not there");
    throw new AssertionError();
  }
}
