package io.nextscale.tensor.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * A file that appears whole or not at all: written beside its place under another name, forced to
 * the disk, then moved, and the folder forced too, where the system allows it.
 *
 * <p>The temporary name is {@code .<name>.<process>-<time>.part}; a process that is killed in the
 * middle leaves it behind.
 */
public final class AtomicFile implements AutoCloseable {

  private static final String TEMPORARY = ".part";

  private final Path path;
  private final Path temporary;
  private final FileChannel channel;
  private boolean finished;

  private AtomicFile(Path path, Path temporary, FileChannel channel) {
    this.path = path;
    this.temporary = temporary;
    this.channel = channel;
  }

  /** Writes a whole file. */
  public static void write(Path path, byte[] bytes) throws IOException {
    try (AtomicFile file = create(path)) {
      file.write(ByteBuffer.wrap(bytes), 0);
      file.finish();
    }
  }

  /**
   * Begins a file.
   *
   * @throws IOException when there is no folder to write to, or a folder of this name
   */
  public static AtomicFile create(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new IOException("write " + path + ": a file; got a folder — name a file in it");
    }
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new NoSuchFileException(
          path.toString(), null, "write " + path + ": a folder to write to; got none — create it");
    }
    Path name = path.getFileName();
    // Files.createTempFile would make it private to the user; this one gets ordinary permissions.
    Path temporary =
        path.resolveSibling(
            "." + name + "." + ProcessHandle.current().pid() + "-" + System.nanoTime() + TEMPORARY);
    FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new AtomicFile(path, temporary, channel);
  }

  /**
   * Deletes the temporary files of killed processes in a folder in which no other process writes.
   */
  public static void deleteLeftovers(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (isTemporary(file)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** Whether a file has the kind of name that files have before they are finished. */
  public static boolean isTemporary(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.startsWith(".") && name.endsWith(TEMPORARY);
  }

  /** Writes all of {@code bytes} at {@code position}. */
  public void write(ByteBuffer bytes, long position) throws IOException {
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }

  /** Puts the file in its place, instead of one that may be there. */
  public void finish() throws IOException {
    channel.force(true);
    channel.close();
    try {
      Files.move(
          temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, path, StandardCopyOption.REPLACE_EXISTING);
    }
    finished = true;
    forceFolder();
  }

  /** Makes the new name last through a loss of power; Windows opens no folders and needs none. */
  private void forceFolder() {
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        names.force(true);
      } catch (IOException e) {
        // The file is complete and in its place; only its survival of a power cut is not assured.
      }
    }
  }

  /** Removes the temporary file, when {@link #finish} was not reached. */
  @Override
  public void close() throws IOException {
    if (!finished) {
      channel.close();
      Files.deleteIfExists(temporary);
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
