package io.nextscale.tensor.io;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Files to read: those of the test resources, and larger ones beside the project. */
final class Fixtures {

  private Fixtures() {}

  /** The bytes of a test resource. */
  static byte[] bytes(String name) {
    try (InputStream in = Fixtures.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A test resource, opened. */
  static TensorFile open(String name) throws FileFormatException {
    return open(name, bytes(name));
  }

  /** Bytes, opened as a file of that name. */
  static TensorFile open(String name, byte[] bytes) throws FileFormatException {
    return TensorFile.of(MappedFile.of(name, bytes));
  }

  /** A file of the folder {@code shared} beside the project; without it the test is skipped. */
  static Path shared(String name) {
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      Path file = p.resolve("shared").resolve(name);
      if (Files.exists(file)) {
        return file;
      }
    }
    assumeTrue(false, "../shared/" + name + " is not there");
    throw new AssertionError();
  }

  /** The elements of a tensor as they are stored. */
  static byte[] stored(TensorFile file, String name) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    file.copy(
        name,
        chunk -> {
          ByteBuffer copy = chunk.duplicate();
          byte[] bytes = new byte[copy.remaining()];
          copy.get(bytes);
          out.writeBytes(bytes);
        });
    return out.toByteArray();
  }
}
