package io.nextscale.tensor.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A file in memory, as the operating system pages it in.
 *
 * <p>The arena is shared, so that several threads may load from one file; closing waits for none of
 * them, a load that is under way fails instead.
 */
final class MappedFile implements AutoCloseable {

  private static final long WORTH_FORGETTING = 1 << 20;

  private final String source;
  private final MemorySegment bytes;
  private final @Nullable Arena arena;
  private final Set<Checksum> verified = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private MappedFile(String source, MemorySegment bytes, @Nullable Arena arena) {
    this.source = source;
    this.bytes = bytes;
    this.arena = arena;
  }

  static MappedFile open(Path path) throws IOException {
    Path name = path.getFileName();
    String source = FileFormatException.quote(name == null ? path.toString() : name.toString());
    if (Files.isDirectory(path)) {
      throw new FileFormatException(source, "a file", "a folder", "name a file in it");
    }
    if (!Files.exists(path)) {
      throw new NoSuchFileException(
          path.toString(), null, "read " + source + ": a file; got none — check the path");
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      return new MappedFile(
          source, channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena), arena);
    } catch (Throwable failure) {
      arena.close();
      throw failure;
    }
  }

  /** Bytes on the heap instead of a file. */
  static MappedFile of(String source, byte[] bytes) {
    return new MappedFile(source, MemorySegment.ofArray(bytes).asReadOnly(), null);
  }

  /** The name of the file, for messages. */
  String source() {
    return source;
  }

  MemorySegment bytes() {
    if (closed) {
      throw new IllegalStateException("read " + source + ": an open file; got a closed one");
    }
    return bytes;
  }

  /**
   * Lets the operating system take back the pages that were read: copies on the heap have replaced
   * them, and without this the process would count the whole file as its memory until it is closed.
   *
   * @param read how many bytes; few are not worth a call
   */
  void forget(long read) {
    if (arena != null && read >= WORTH_FORGETTING) {
      bytes().unload();
    }
  }

  /** Checks a checksum once, however many tensors share the bytes. */
  void verify(@Nullable Checksum checksum) throws FileFormatException {
    if (checksum != null && !verified.contains(checksum)) {
      checksum.verify(source, bytes());
      verified.add(checksum);
    }
  }

  /** Something that reads the mapped bytes. */
  @FunctionalInterface
  interface Reading<T, E extends IOException> {
    T read() throws E;
  }

  /**
   * Runs {@code reading}. A file that another program cuts short while it is mapped shows up as an
   * error of the virtual machine, which is turned into a message about the file.
   */
  <T, E extends IOException> T faulting(Reading<T, E> reading) throws E, FileFormatException {
    try {
      return reading.read();
    } catch (InternalError fault) {
      FileFormatException failure =
          new FileFormatException(
              source,
              "a file that stays as it is while it is read",
              "a fault of memory access",
              "it was cut short or its disk failed: copy it again");
      failure.initCause(fault);
      throw failure;
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      if (arena != null) {
        arena.close();
      }
    }
  }
}
