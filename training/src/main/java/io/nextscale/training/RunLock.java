package io.nextscale.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The right to train, or to measure, in a folder. The operating system takes it back when the
 * process ends, however it ends, so nothing is left to clean up.
 */
public final class RunLock implements AutoCloseable {

  /** One byte far beyond the text, which stays readable where locks forbid reading. */
  private static final long PLACE = Long.MAX_VALUE - 1;

  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @throws TrainingException when somebody else has it
   */
  public static RunLock take(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (!lock(channel)) {
        throw new TrainingException(
            "a run folder that nobody trains in; got "
                + file.toAbsolutePath().getParent()
                + ", in use by process "
                + holder(channel)
                + " — wait for it, stop it, or name another folder");
      }
      byte[] process =
          Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
      channel.truncate(0).write(ByteBuffer.wrap(process), 0);
      return new RunLock(channel);
    } catch (Throwable failure) {
      channel.close();
      throw failure;
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock(PLACE, 1, false);
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // held by this process
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(20);
    channel.read(text, 0);
    return new String(text.array(), 0, text.position(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
