package io.nextscale.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Small data sets of every form. */
final class Fixtures {

  private Fixtures() {}

  static RgbImage image(long seed, int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    new Random(seed).nextBytes(rgb);
    return RgbImage.of(rgb, height, width);
  }

  static byte[] png(long seed, int width, int height) {
    return Png.encode(image(seed, width, height), List.of());
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Writes files below a folder. */
  static Path folder(Path folder, Map<String, byte[]> files) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    return folder;
  }

  /** The same files as an archive. */
  static byte[] zip(Map<String, byte[]> files) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        ZipEntry entry = new ZipEntry(file.getKey());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(file.getValue());
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static byte[] gzip(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** So many records of CIFAR-10, record i with label i mod 10. */
  static byte[] cifar(long seed, int count) {
    byte[] bytes = new byte[count * CifarBinary.RECORD];
    new Random(seed).nextBytes(bytes);
    for (int i = 0; i < count; i++) {
      bytes[i * CifarBinary.RECORD] = (byte) (i % 10);
    }
    return bytes;
  }

  /** An idx file of bytes. */
  static byte[] idx(byte[] values, int... extents) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * extents.length + values.length);
    file.putInt(0x0800 | extents.length);
    for (int extent : extents) {
      file.putInt(extent);
    }
    return file.put(values).array();
  }

  /** A damaged copy: bits flipped, bytes overwritten, cut out, repeated, the end missing. */
  static byte[] mutate(byte[] good, Random random) {
    byte[] bad = good.clone();
    for (int n = 1 + random.nextInt(3); n > 0 && bad.length > 0; n--) {
      int at = random.nextInt(bad.length);
      int length = Math.min(bad.length - at, 1 + random.nextInt(random.nextBoolean() ? 4 : 64));
      switch (random.nextInt(6)) {
        case 0 -> bad[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> {
          for (int i = at; i < at + length; i++) {
            bad[i] = (byte) random.nextInt();
          }
        }
        case 2 -> bad = java.util.Arrays.copyOf(bad, at);
        case 3 -> bad = spliced(bad, at, at + length, new byte[0]);
        case 4 -> bad = spliced(bad, at, at, java.util.Arrays.copyOfRange(bad, at, at + length));
        default -> { // a number that is absurd
          byte fill = random.nextBoolean() ? (byte) 0xff : (byte) 0x7f;
          for (int i = at; i < Math.min(at + 4, bad.length); i++) {
            bad[i] = i == at ? fill : (byte) 0xff;
          }
        }
      }
    }
    return bad;
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] instead) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, from);
    out.writeBytes(instead);
    out.write(bytes, to, bytes.length - to);
    return out.toByteArray();
  }

  /** A file of {@code shared/data} beside the project; without it the test is skipped. */
  static Path published(String name) {
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      Path file = p.resolve("shared/data").resolve(name);
      if (Files.exists(file)) {
        return file;
      }
    }
    assumeTrue(false, "../shared/data/" + name + " is not there");
    throw new AssertionError();
  }
}
