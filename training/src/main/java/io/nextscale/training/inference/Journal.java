package io.nextscale.training.inference;

import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What was found so far, a line of JSON for each cell, only ever appended to. A line is written in
 * one piece and forced to the disk; one that a dead process left torn is cut off when the file is
 * opened again.
 */
final class Journal implements AutoCloseable {

  private final FileChannel channel;
  private final SequencedMap<Cell.Key, Cell> cells;

  private Journal(FileChannel channel, SequencedMap<Cell.Key, Cell> cells) {
    this.channel = channel;
    this.cells = cells;
  }

  /**
   * Opens a file to go on with it, or begins one.
   *
   * @throws FileFormatException when a line before the last is damaged
   */
  static Journal open(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      byte[] text = Files.readAllBytes(file);
      int end = end(text);
      SequencedMap<Cell.Key, Cell> cells = parse(file, Arrays.copyOf(text, end));
      channel.truncate(end);
      channel.position(end);
      return new Journal(channel, cells);
    } catch (Throwable failure) {
      channel.close();
      throw failure;
    }
  }

  /** The cells of a file, without what a process may be writing just now. */
  static SequencedMap<Cell.Key, Cell> read(Path file) throws IOException {
    byte[] text = Files.readAllBytes(file);
    return parse(file, Arrays.copyOf(text, end(text)));
  }

  /** Where the last complete line ends. */
  private static int end(byte... text) {
    int end = text.length;
    while (end > 0 && text[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  private static SequencedMap<Cell.Key, Cell> parse(Path file, byte... text)
      throws FileFormatException {
    SequencedMap<Cell.Key, Cell> cells = new LinkedHashMap<>();
    int number = 0;
    for (int begin = 0; begin < text.length; ) {
      int end = begin;
      while (text[end] != '\n') {
        end++;
      }
      String source = file.getFileName() + " line " + ++number;
      Cell cell = Cell.parse(source, Json.parse(source, Arrays.copyOfRange(text, begin, end)));
      cells.put(cell.key(), cell);
      begin = end + 1;
    }
    return cells;
  }

  /** All cells, in the order in which they were found. */
  synchronized List<Cell> cells() {
    return List.copyOf(cells.values());
  }

  synchronized boolean has(Cell.Key key) {
    return cells.containsKey(key);
  }

  /** Adds a cell, which then outlives this process. */
  synchronized void append(Cell cell) throws IOException {
    ByteBuffer line =
        ByteBuffer.wrap((cell.json().write() + '\n').getBytes(StandardCharsets.UTF_8));
    while (line.hasRemaining()) {
      channel.write(line);
    }
    channel.force(false);
    cells.put(cell.key(), cell);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
