package io.nextscale.bench;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/** On what figures were measured. */
final class Environment {

  private static final List<String> WIRING =
      List.of(
          "--add-exports",
          "--add-opens",
          "--add-reads",
          "--enable-native-access",
          "--module-path",
          "--upgrade-module-path");

  private Environment() {}

  /** What is known, by name, in the order to print it. */
  static SequencedMap<String, String> here() {
    SequencedMap<String, String> known = new LinkedHashMap<>();
    known.put("java", System.getProperty("java.vm.vendor") + " " + Runtime.version());
    known.put(
        "system",
        "%s %s %s, %d processors, heap up to %d MiB"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                Runtime.getRuntime().maxMemory() >> 20));
    known.put("flags", flags());
    known.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    commit().ifPresent(commit -> known.put("commit", commit));
    return known;
  }

  /** Those that may change speed: TornadoVM comes with hundreds that let modules see each other. */
  private static String flags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> WIRING.stream().noneMatch(flag::startsWith))
        .collect(Collectors.joining(" "));
  }

  /** The commit of the working tree that this program was built in, where it lies in one. */
  private static Optional<String> commit() {
    String program = System.getProperty("java.class.path", "").split(File.pathSeparator, 2)[0];
    if (program.isEmpty()) {
      return Optional.empty();
    }
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12")
              .directory(Path.of(program).toAbsolutePath().resolveSibling(".").toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      git.getOutputStream().close();
      String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor() == 0 && !said.isEmpty() ? Optional.of(said) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // no git, or not built from a working tree
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
