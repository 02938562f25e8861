package io.nextscale.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The program in processes of its own, which can be killed and interrupted. */
final class Processes {

  private Processes() {}

  /** A process that runs a command. */
  static ProcessBuilder of(Object... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path")
                    + File.pathSeparator
                    + System.getProperty("jdk.module.path", ""),
                Main.class.getName()));
    Stream.of(arguments).map(String::valueOf).forEach(command::add);
    return new ProcessBuilder(command);
  }

  /** Ctrl-C. */
  static void interrupt(Process process) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /**
   * Skips a test where Ctrl-C reaches nobody: a process that is started with SIGINT ignored, as
   * shells without job control start those behind {@code &}, ignores it, and so do its children.
   */
  static void assumeInterrupts() throws IOException, InterruptedException {
    assumeTrue(File.separatorChar == '/', "only POSIX systems have signals");
    Process shell = new ProcessBuilder("sh", "-c", "kill -INT $$; exit 0").start();
    assumeFalse(
        shell.waitFor() == 0, "processes started here ignore SIGINT, as in a background job");
  }
}
