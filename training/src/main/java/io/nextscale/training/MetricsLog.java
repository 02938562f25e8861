package io.nextscale.training;

import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The numbers of a run as text, {@code metrics.jsonl}: one line per iteration,
 *
 * <pre>{@code
 * {"iteration":999,"seconds":312.4,"loss":4.217,"norm":1.93,"evaluation":{"loss":4.301}}
 * }</pre>
 *
 * <p>with null for a number that is not finite. Iterations count from 0 and each is there once, in
 * order: lines that are newer than the checkpoint a run goes on from are cut off, a torn last line
 * with them.
 */
public final class MetricsLog implements AutoCloseable {

  private static final String ITERATION = "iteration";
  private static final String SECONDS = "seconds";
  private static final String EVALUATION = "evaluation";
  private static final Set<String> RESERVED = Set.of(ITERATION, SECONDS, EVALUATION);

  private final FileChannel channel;

  /**
   * One line.
   *
   * @param iteration 0, 1, 2, …
   * @param seconds spent on the run until then
   * @param metrics numbers of the iteration; NaN where the file has null
   * @param evaluation numbers of the evaluation after it; empty when there was none
   */
  public record Row(
      int iteration,
      double seconds,
      SequencedMap<String, Double> metrics,
      SequencedMap<String, Double> evaluation) {

    /** The line of the file, without its end. */
    String json() {
      SequencedMap<String, Object> members = new LinkedHashMap<>();
      members.put(ITERATION, iteration);
      members.put(SECONDS, Math.round(seconds * 1000) / 1000.0);
      metrics.forEach((name, value) -> {
        if (RESERVED.contains(name)) {
          throw new IllegalArgumentException(
              "metrics: names other than " + RESERVED + "; got " + name);
        }
        members.put(name, number(value));
      });
      if (!evaluation.isEmpty()) {
        SequencedMap<String, Json> numbers = new LinkedHashMap<>();
        evaluation.forEach((name, value) -> numbers.put(name, number(value)));
        members.put(EVALUATION, numbers);
      }
      return Json.of(members).write();
    }

    private static Json number(double value) {
      return Double.isFinite(value) ? new Json.Real(value) : Json.Null.NULL;
    }

    /** A row from a line. */
    static Row parse(String source, byte[] line) throws FileFormatException {
      if (!(Json.parse(source, line) instanceof Json.Obj(var members))
          || !(members.get(ITERATION) instanceof Json.Int(long iteration))
          || iteration < 0
          || iteration > Integer.MAX_VALUE) {
        throw new FileFormatException(
            source,
            "an object with its iteration",
            FileFormatException.quote(new String(line, StandardCharsets.UTF_8)));
      }
      SequencedMap<String, Json> plain = new LinkedHashMap<>(members);
      RESERVED.forEach(plain::remove);
      SequencedMap<String, Double> evaluation =
          members.get(EVALUATION) instanceof Json.Obj(var measured)
              ? numbers(source, measured)
              : new LinkedHashMap<>();
      Json seconds = members.getOrDefault(SECONDS, Json.Null.NULL);
      return new Row((int) iteration, number(source, seconds), numbers(source, plain), evaluation);
    }

    private static SequencedMap<String, Double> numbers(String source, Map<String, Json> members)
        throws FileFormatException {
      SequencedMap<String, Double> numbers = new LinkedHashMap<>();
      for (Map.Entry<String, Json> member : members.entrySet()) {
        numbers.put(member.getKey(), number(source, member.getValue()));
      }
      return numbers;
    }

    private static double number(String source, Json value) throws FileFormatException {
      return switch (value) {
        case Json.Real(double x) -> x;
        case Json.Int(long n) -> n;
        case Json.Null.NULL -> Double.NaN;
        default -> throw new FileFormatException(source, "numbers", value.write());
      };
    }
  }

  private MetricsLog(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens a file to go on with it, or begins one.
   *
   * @param from the next iteration: this one, later ones and what is damaged are cut off
   */
  public static MetricsLog open(Path file, int from) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      channel.truncate(end(file, from));
      channel.position(channel.size());
      return new MetricsLog(channel);
    } catch (Throwable failure) {
      channel.close();
      throw failure;
    }
  }

  /** How many bytes the lines of the iterations before {@code from} take. */
  private static long end(Path file, int from) throws IOException {
    long end = 0;
    for (byte[] line : lines(Files.readAllBytes(file))) {
      try {
        if (Row.parse(file.toString(), line).iteration() >= from) {
          return end;
        }
      } catch (FileFormatException damaged) {
        return end;
      }
      end += line.length + 1;
    }
    return end;
  }

  /** Complete lines, without their ends. */
  private static List<byte[]> lines(byte[] text) {
    List<byte[]> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length; i++) {
      if (text[i] == '\n') {
        lines.add(Arrays.copyOfRange(text, start, i));
        start = i + 1;
      }
    }
    return lines;
  }

  /**
   * The lines of a file; a torn last one is passed over.
   *
   * @throws FileFormatException when another line is damaged
   */
  public static List<Row> read(Path file) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (byte[] line : lines(Files.readAllBytes(file))) {
      rows.add(Row.parse(file + " line " + (rows.size() + 1), line));
    }
    return rows;
  }

  /**
   * Adds a line.
   *
   * @throws IllegalArgumentException when a metric has one of the names that lines have anyway
   */
  public void write(Row row) throws IOException {
    ByteBuffer line = ByteBuffer.wrap((row.json() + '\n').getBytes(StandardCharsets.UTF_8));
    while (line.hasRemaining()) {
      channel.write(line);
    }
  }

  /** Makes what was written last through a loss of power. */
  public void force() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
