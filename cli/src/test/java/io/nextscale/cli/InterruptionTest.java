package io.nextscale.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.image.ImageFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C, sent to a process of its own. */
class InterruptionTest {

  @TempDir Path folder;

  /** A process that runs a command, its messages in the file {@code err}. */
  private Process start(Object... arguments) throws IOException {
    return Processes.of(arguments).redirectError(folder.resolve("err").toFile()).start();
  }

  @Test
  void finishedPicturesStayAndNothingElse() throws IOException, InterruptedException {
    Processes.assumeInterrupts();
    Path models = Files.createDirectory(folder.resolve("models"));
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Tiny tiny = Tiny.in(models);
    Process process =
        start(
            "generate",
            "-v",
            "-t",
            3,
            "-m",
            tiny.model,
            "--vae",
            tiny.vae,
            "-b",
            100_000,
            "-o",
            pictures.resolve("%06d.png"));
    List<String> told = new ArrayList<>();
    try (BufferedReader out = process.inputReader()) {
      for (int i = 0; i < 3; i++) {
        told.add(out.readLine());
      }
      Processes.interrupt(process);
      out.lines().forEach(told::add);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String err = Files.readString(folder.resolve("err"));
    assertThat(process.exitValue()).as(err).isEqualTo(130);
    assertThat(err)
        .contains("3 threads", "nextscale generate: cancelled; what was finished is kept");
    assertThat(told.size()).isLessThan(100_000);
    assertThat(Tiny.names(pictures))
        .isEqualTo(told.stream().map(line -> Path.of(line).getFileName().toString()).toList());
    for (String name : Tiny.names(pictures)) {
      assertThat(ImageFile.read(pictures.resolve(name)).width()).isEqualTo(Tiny.SIDE);
    }
  }

  @Test
  void aFileThatIsBeingWrittenIsRemoved() throws IOException, InterruptedException {
    Processes.assumeInterrupts();
    Path files = Files.createDirectory(folder.resolve("files"));
    Process process = start("init", "--depth", 12, "-o", files.resolve("a.safetensors"));
    try {
      for (int i = 0; i < 600 && Tiny.names(files).isEmpty(); i++) {
        Thread.sleep(100);
      }
      assertThat(Tiny.names(files)).as("the file under another name").hasSize(1);
      Processes.interrupt(process);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isEqualTo(130);
    assertThat(Tiny.names(files)).isEmpty();
    assertThat(Files.readString(folder.resolve("err"))).contains("nextscale init: cancelled");
  }
}
