package io.nextscale.cli.download;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.cli.download.TestServer.Request;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Several processes and threads that want the same file, and those that are stopped. */
class DownloadProcessesTest extends DownloadStage {

  private static final String WAITING = "another download of it is under way; waiting";

  @Test
  void threadsThatWantTheSameFileTransferItOnce() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    storage.answer(r -> bytes(r).pauseAfter(500_000, gate));
    List<StringWriter> notes = List.of(new StringWriter(), new StringWriter(), new StringWriter());
    List<Run> runs = new CopyOnWriteArrayList<>();
    List<Thread> threads =
        notes.stream().map(n -> Thread.ofPlatform().start(() -> runs.add(run(n, NAME)))).toList();
    waitUntil(() -> notes.stream().filter(n -> n.toString().contains(WAITING)).count() == 2);
    gate.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(runs).hasSize(3);
    for (Run run : runs) {
      assertDownloaded(run);
    }
    assertThat(storage.requests()).hasSize(1);
  }

  @Test
  void aSecondProcessWaitsForTheFirst() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    storage.answer(r -> bytes(r).pauseAfter(500_000, gate));
    Process first = process();
    waitForBytes(500_000);
    StringWriter notes = new StringWriter();
    Thread release =
        Thread.ofPlatform()
            .start(() -> {
              waitUntil(() -> notes.toString().contains(WAITING));
              gate.countDown();
            });

    Run run = run(notes, NAME);

    release.join();
    assertDownloaded(run);
    assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(first.exitValue()).isZero();
    assertThat(storage.requests()).hasSize(1);
  }

  @Test
  void aKilledProcessLosesNothing() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    storage.answer(r -> bytes(r).pauseAfter(500_000, never));
    Process first = process();
    waitForBytes(500_000);
    first.destroyForcibly();
    assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.size(incomplete())).isEqualTo(500_000);

    Process second = process();
    waitForBytes(1_000_000);
    second.toHandle().destroy(); // as Ctrl-C: hooks run
    String farewell = new String(second.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(second.waitFor(20, TimeUnit.SECONDS)).isTrue();

    assertThat(farewell).contains("stopped at ", " — run the same command again to go on");
    storage.answer(this::bytes);
    assertDownloaded(run(NAME));
    assertThat(storage.requests()).extracting(Request::from).containsExactly(0, 500_000, 1_000_000);
  }

  /** This command in a Java process of its own, with this test's cache and servers. */
  private Process process() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath(),
            Launch.class.getName(),
            NAME);
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("HF_HOME", home.resolve(".cache/huggingface").toString());
    return builder.start();
  }

  /** Where the classes of the command, of this test and of picocli are. */
  private static String classPath() {
    List<String> entries = new ArrayList<>();
    for (Class<?> c :
        List.of(DownloadCommand.class, DownloadProcessesTest.class, CommandLine.class)) {
      entries.add(
          Path.of(URI.create(c.getProtectionDomain().getCodeSource().getLocation().toString()))
              .toString());
    }
    entries.add(Path.of("target", "test-classes").toAbsolutePath().toString());
    return String.join(File.pathSeparator, entries);
  }

  /** The entry of {@link #process()}. */
  static final class Launch {
    public static void main(String[] arguments) {
      System.exit(new CommandLine(new DownloadCommand()).execute(arguments));
    }
  }

  @Test
  void anInterruptedThreadKeepsWhatArrived() throws Exception {
    storage.answer(r -> r.from() == 0 ? bytes(r).cutAfter(500_000).hangFor(20_000) : bytes(r));
    Run[] result = new Run[1];
    Thread thread = new Thread(() -> result[0] = run(NAME));
    thread.start();
    waitForBytes(400_000);
    thread.interrupt();
    thread.join();

    assertRefused(result[0], "interrupted — run the same command again to go on");
    assertDownloaded(run(NAME));
    assertThat(storage.requests().getLast().from()).isGreaterThan(0);
  }

  private void waitForBytes(long bytes) {
    waitUntil(() -> {
      try {
        return Files.exists(incomplete()) && Files.size(incomplete()) >= bytes;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  private static void waitUntil(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("half a minute is over").isLessThan(end);
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
