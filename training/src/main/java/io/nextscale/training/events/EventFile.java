package io.nextscale.training.events;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of {@link Event events}, which TensorBoard finds by the {@code tfevents} in its name.
 *
 * <p>Each record is {@code length (8 bytes), crc(length) (4), message, crc(message) (4)}, all
 * little-endian, the checksums masked CRC-32C: {@code rotate right by 15, plus 0xa282ead8}.
 *
 * <p>Steps come in order and each is there once: when a run goes on from a checkpoint, records that
 * are newer are cut off, a torn last one with them.
 *
 * @see <a href="https://www.tensorflow.org/tutorials/load_data/tfrecord">TFRecord format
 *     details</a>
 */
public final class EventFile implements AutoCloseable {

  /** The name of the file in a run's folder. */
  public static final String NAME = "events.out.tfevents.nextscale";

  private static final int MASK = 0xa282ead8;
  private static final int HEAD = Long.BYTES + Integer.BYTES;

  private final FileChannel channel;

  private EventFile(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens a file to go on with it, or begins one.
   *
   * @param from the next step: this one, later ones and what is damaged are cut off
   * @param seconds since 1970, for a new file
   */
  public static EventFile open(Path path, long from, double seconds) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      EventFile file = new EventFile(channel);
      long end = file.end(from);
      channel.truncate(end);
      channel.position(end);
      if (end == 0) {
        file.write(Event.header(seconds));
      }
      return file;
    } catch (Throwable failure) {
      channel.close();
      throw failure;
    }
  }

  /** How many bytes the undamaged records of steps before {@code from} take. */
  private long end(long from) throws IOException {
    long at = 0;
    boolean first = true;
    while (true) {
      byte[] message = record(at);
      if (message == null) {
        return at;
      }
      try {
        if (!first && Event.step(message) >= from) {
          return at;
        }
      } catch (IllegalArgumentException damaged) {
        return at;
      }
      at += HEAD + message.length + Integer.BYTES;
      first = false;
    }
  }

  /** The message of the record at a position; null where there is no whole, undamaged one. */
  private byte @Nullable [] record(long at) throws IOException {
    ByteBuffer head = read(at, HEAD);
    if (head == null) {
      return null;
    }
    long length = head.getLong(0);
    long room = channel.size() - at - HEAD - Integer.BYTES;
    if (head.getInt(Long.BYTES) != masked(head.array(), Long.BYTES)
        || length < 0
        || length > room
        || length > Integer.MAX_VALUE - HEAD) {
      return null;
    }
    ByteBuffer body = read(at + HEAD, (int) length + Integer.BYTES);
    if (body == null || body.getInt((int) length) != masked(body.array(), (int) length)) {
      return null;
    }
    byte[] message = new byte[(int) length];
    body.get(0, message);
    return message;
  }

  private @Nullable ByteBuffer read(long at, int size) throws IOException {
    if (channel.size() - at < size) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, at + bytes.position()) < 0) {
        return null;
      }
    }
    return bytes;
  }

  /** Adds an event. */
  public void write(Event event) throws IOException {
    write(event.encode());
  }

  private void write(byte[] message) throws IOException {
    ByteBuffer record =
        ByteBuffer.allocate(HEAD + message.length + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(message.length);
    record.putInt(masked(record.array(), Long.BYTES));
    record.put(message).putInt(masked(message, message.length)).flip();
    while (record.hasRemaining()) {
      channel.write(record);
    }
  }

  private static int masked(byte[] bytes, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, length);
    return Integer.rotateRight((int) sum.getValue(), 15) + MASK;
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
