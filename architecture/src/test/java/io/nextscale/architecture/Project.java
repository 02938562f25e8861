package io.nextscale.architecture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder of the whole project and what belongs to it. */
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

  /** What git tracks; in an unpacked archive, everything but build outputs. */
  static List<Path> files() throws IOException, InterruptedException {
    Path project = root();
    if (Files.exists(project.resolve(".git"))) {
      Process git =
          new ProcessBuilder("git", "ls-files", "-z")
              .directory(project.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String names = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (git.waitFor() == 0 && !names.isEmpty()) {
        return Stream.of(names.split("\0")).map(project::resolve).filter(Files::exists).toList();
      }
    }
    try (Stream<Path> all = Files.walk(project)) {
      return all.filter(Files::isRegularFile)
          .filter(file ->
              !project.relativize(file).toString().matches("(.*/)?(target|\\.git|\\.nextscale)/.*"))
          .toList();
    }
  }
}
