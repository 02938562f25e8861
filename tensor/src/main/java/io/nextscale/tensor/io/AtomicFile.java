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

/**
 * A file that appears whole or not at all: written beside its place under another name, forced to
 * the disk, then moved.
 */
final class AtomicFile implements AutoCloseable {

  private final Path path;
  private final Path temporary;
  private final FileChannel channel;
  private boolean finished;

  private AtomicFile(Path path, Path temporary, FileChannel channel) {
    this.path = path;
    this.temporary = temporary;
    this.channel = channel;
  }

  static AtomicFile create(Path path) throws IOException {
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
            "." + name + "." + ProcessHandle.current().pid() + "-" + System.nanoTime() + ".part");
    FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new AtomicFile(path, temporary, channel);
  }

  /** Writes all of {@code bytes} at {@code position}. */
  void write(ByteBuffer bytes, long position) throws IOException {
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }

  void finish() throws IOException {
    channel.force(true);
    channel.close();
    try {
      Files.move(
          temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, path, StandardCopyOption.REPLACE_EXISTING);
    }
    finished = true;
  }

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
