package io.nextscale.image;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * PNG files: lossless pictures with text about them.
 *
 * <p>Written are 8-bit RGB images without interlacing. Read is every image the standard allows;
 * what becomes of other pixels is what Pillow's {@code convert("RGB")} does: alpha is dropped (not
 * blended), grey is repeated three times, palettes are looked up, transparency, gamma and colour
 * profiles are ignored. 16-bit values keep their high byte (Pillow clips 16-bit grey at 255
 * instead, which turns such pictures white).
 *
 * @see <a href="https://www.w3.org/TR/png-3/">Portable Network Graphics (third edition)</a>
 */
public final class Png {

  /** What all texts of a file together may take, in bytes. */
  public static final int MAX_TEXT_BYTES = 1 << 24;

  private Png() {}

  /** The image as a PNG file with these texts, in this order, before the pixels. */
  public static byte[] encode(RgbImage image, List<PngText> texts) {
    return PngEncoder.encode(image, texts);
  }

  /**
   * Writes the image with these texts. The file appears complete or not at all: a temporary
   * neighbour is written and renamed. A link is followed; a device or pipe is written to directly.
   *
   * @throws IOException when the file cannot be written; a file that was there before is kept
   */
  public static void write(Path file, RgbImage image, List<PngText> texts) throws IOException {
    byte[] bytes = encode(image, texts);
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      Files.write(target, bytes, StandardOpenOption.WRITE);
      return;
    }
    Path directory = target.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new IOException(
          "write " + file + ": an existing directory; got " + directory + " — create it first");
    }
    String unique = Long.toHexString(ThreadLocalRandom.current().nextLong());
    Path temporary = directory.resolve("." + target.getFileName() + "." + unique + ".tmp");
    try {
      Files.write(temporary, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      try {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * The picture in a PNG file.
   *
   * @throws ImageFormatException when the bytes are no complete, undamaged PNG of at most {@link
   *     RgbImage#MAX_PIXELS} pixels; memory is taken only for what the file can hold
   */
  public static RgbImage decode(byte[] file) throws ImageFormatException {
    try {
      return PngDecoder.decode(new ByteArrayInputStream(file), file.length);
    } catch (ImageFormatException e) {
      throw e;
    } catch (IOException e) {
      throw new AssertionError("bytes in memory do not fail", e);
    }
  }

  /**
   * The texts of a PNG file, in the order of the file; pixels are skipped.
   *
   * @throws ImageFormatException when the file is no complete PNG or a text is damaged or larger
   *     than {@link #MAX_TEXT_BYTES}
   * @throws IOException when the file cannot be read
   */
  public static List<PngText> texts(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return PngTexts.read(in);
    } catch (ImageFormatException e) {
      throw e.about("read " + file);
    }
  }

  /** {@link #texts(Path)} of a file in memory. */
  public static List<PngText> texts(byte[] file) throws ImageFormatException {
    try {
      return PngTexts.read(new ByteArrayInputStream(file));
    } catch (ImageFormatException e) {
      throw e;
    } catch (IOException e) {
      throw new AssertionError("bytes in memory do not fail", e);
    }
  }

  /** The first text with this keyword. */
  public static Optional<String> text(List<PngText> texts, String keyword) {
    return texts.stream().filter(t -> t.keyword().equals(keyword)).map(PngText::text).findFirst();
  }
}
