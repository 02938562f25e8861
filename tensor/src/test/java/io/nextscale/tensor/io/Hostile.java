package io.nextscale.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Reads files that may be anything, all the way, and keeps to bounds while it does. */
final class Hostile {

  /** What a few kilobytes may make: the budget of repeated views, and room for messages. */
  private static final long MAX_ALLOCATED = 512L << 20;

  private static final Object THREADS = threads();
  private static final Method ALLOCATED = allocated();

  private Hostile() {}

  /**
   * The elements of every tensor as stored, or null when the file is refused.
   *
   * @throws AssertionError when it fails in any way but a {@link FileFormatException} with a
   *     message of one line, or allocates without bound
   */
  static @Nullable SequencedMap<String, byte[]> read(byte[] bytes) {
    long before = allocatedBytes();
    SequencedMap<String, byte[]> tensors = new LinkedHashMap<>();
    try (TensorFile file = Fixtures.open("hostile", bytes)) {
      file.values().write();
      for (Entry entry : file.entries().values()) {
        assertThat(entry.toString()).startsWith(entry.name());
        tensors.put(entry.name(), Fixtures.stored(file, entry.name()));
        if (entry.dtype() != null) {
          try {
            assertThat(file.load(entry.name()).shape().size()).isEqualTo((int) entry.elements());
          } catch (FileFormatException tooLarge) { // integers beyond 32 bits
            assertThat(tooLarge).hasMessageContaining("integers of 32 bits");
          }
        }
      }
      return tensors;
    } catch (FileFormatException refused) {
      assertThat(refused.getMessage()).startsWith("read hostile: ").doesNotContain("\n");
      assertThat(refused.getMessage().length()).isLessThan(2000);
      return null;
    } catch (IOException e) {
      throw new AssertionError("a file in memory cannot fail like this", e);
    } finally {
      assertThat(allocatedBytes() - before).isLessThan(MAX_ALLOCATED);
    }
  }

  // Of the module jdk.management, which this one does not read; by reflection that is no matter.

  private static Object threads() {
    try {
      return Class.forName("java.lang.management.ManagementFactory")
          .getMethod("getThreadMXBean")
          .invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("counting allocation", e);
    }
  }

  private static Method allocated() {
    try {
      return Class.forName("com.sun.management.ThreadMXBean")
          .getMethod("getCurrentThreadAllocatedBytes");
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("counting allocation", e);
    }
  }

  private static long allocatedBytes() {
    try {
      return (long) ALLOCATED.invoke(THREADS);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("counting allocation", e);
    }
  }
}
