package io.nextscale.architecture;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder of the whole project. */
final class Project {

  private Project() {}

  /** The nearest folder upwards from the tests' own that holds the Maven wrapper. */
  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("mvnw"))) {
      Path parent = folder.getParent();
      if (parent == null) {
        throw new IllegalStateException(
            "tests to run inside the project; got " + Path.of("").toAbsolutePath());
      }
      folder = parent;
    }
    return folder;
  }
}
