package io.nextscale.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.training.events.EventFile;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process of its own, killed without warning again and again. */
class KilledRunTest {

  private static final int WIDTH = 160;
  private static final int SEED = 5;
  private static final int ITERATIONS = 60;
  private static final int EVERY = 3;
  private static final int KILLS = 4;

  @TempDir Path folder;

  private Process start(Path run) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            System.getProperty("java.class.path")
                + File.pathSeparator
                + System.getProperty("jdk.module.path", "")
                + File.pathSeparator
                + Path.of("target", "test-classes"),
            LineLearner.class.getName(),
            run.toString(),
            "" + WIDTH,
            "" + SEED,
            "" + ITERATIONS,
            "" + EVERY,
            "4");
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private static long size(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  /** Kills once the run got further, at an instant of chance. */
  private void killLater(Process process, Path run, long nanos)
      throws IOException, InterruptedException {
    Path metrics = run.resolve("metrics.jsonl");
    long before = size(metrics);
    long deadline = System.nanoTime() + 20_000_000_000L;
    // A resumed run first cuts lines off, so that any other size is a sign of life.
    while (size(metrics) == before && process.isAlive()) {
      assertThat(System.nanoTime()).as("a run that goes on").isLessThan(deadline);
      Thread.sleep(1);
    }
    TimeUnit.NANOSECONDS.sleep(nanos);
    process.destroyForcibly().waitFor();
  }

  @Test
  void endsWithTheBitsOfARunThatWasNeverKilled() throws IOException, InterruptedException {
    Path whole = folder.resolve("whole/run");
    LineLearner.main(
        new String[] {whole.toString(), "" + WIDTH, "" + SEED, "" + ITERATIONS, "" + EVERY, "0"});

    Path killed = folder.resolve("killed/run");
    RandomStream chance = RandomStream.of(System.nanoTime());
    int interrupted = 0;
    for (int i = 0; i < KILLS; i++) {
      Process process = start(killed);
      killLater(process, killed, chance.nextInt(120_000_000));
      interrupted += process.exitValue() == 0 ? 0 : 1;
    }
    assertThat(interrupted).as("runs that were killed before their end").isGreaterThan(1);
    Process last = start(killed);
    assertThat(last.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(last.exitValue()).as(Files.readString(folder.resolve("err"))).isZero();

    assertThat(names(killed)).isEqualTo(names(whole));
    for (String same : names(whole)) {
      if (same.endsWith(".png") || same.equals("model.safetensors") || same.equals("run.json")) {
        assertThat(killed.resolve(same)).hasSameBinaryContentAs(whole.resolve(same));
      }
    }
    String newest = "checkpoints/" + CheckpointStore.name(ITERATIONS);
    assertThat(bits(killed.resolve(newest))).isEqualTo(bits(whole.resolve(newest)));
    assertThat(events(killed)).isEqualTo(events(whole)).hasSize(1 + ITERATIONS);
    assertThat(rows(killed)).isEqualTo(rows(whole)).hasSize(ITERATIONS);
  }

  private static List<String> names(Path run) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> run.relativize(file).toString().replace(File.separatorChar, '/'))
          .sorted()
          .toList();
    }
  }

  /** All elements of a checkpoint by name; its metadata tell the time it took, which differs. */
  private static TreeMap<String, List<Integer>> bits(Path file) throws IOException {
    TreeMap<String, List<Integer>> bits = new TreeMap<>();
    try (TensorFile tensors = TensorFile.open(file)) {
      for (String name : tensors.entries().keySet()) {
        var tensor = tensors.load(name);
        int[] values = tensor.dtype() == DType.I32 ? tensor.toInts() : floatBits(tensor.toArray());
        bits.put(name, java.util.Arrays.stream(values).boxed().toList());
      }
    }
    return bits;
  }

  private static int[] floatBits(float... values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  /** The lines without their times. */
  private static List<MetricsLog.Row> rows(Path run) throws IOException {
    return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
        .map(row -> new MetricsLog.Row(row.iteration(), 0, row.metrics(), row.evaluation()))
        .toList();
  }

  /** The messages of the event file, without their first field, which is the time. */
  private static List<String> events(Path run) throws IOException {
    List<String> messages = new ArrayList<>();
    ByteBuffer in =
        ByteBuffer.wrap(Files.readAllBytes(run.resolve(EventFile.NAME)))
            .order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      byte[] message = new byte[(int) in.getLong()];
      in.getInt();
      in.get(message).getInt();
      messages.add(HexFormat.of().formatHex(message, 1 + Double.BYTES, message.length));
    }
    return messages;
  }
}
