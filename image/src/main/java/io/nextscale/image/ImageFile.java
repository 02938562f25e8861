package io.nextscale.image;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads pictures from PNG and JPEG files, told apart by their first bytes, not by their names. */
public final class ImageFile {

  /** The largest JPEG file, in bytes; it is held in memory while it is decoded. */
  static final long MAX_JPEG_BYTES = 1L << 29;

  private static final int HEAD = 16;

  private ImageFile() {}

  /**
   * The picture in a PNG or JPEG file.
   *
   * <p>PNG: see {@link Png}. JPEG: see {@link JpegDecoder}; like the reference's loader this does
   * not turn pictures by the orientation that cameras note in EXIF data.
   *
   * @throws ImageFormatException when the content is neither, damaged, incomplete, or larger than
   *     {@link RgbImage#MAX_PIXELS}; the message names the file and what to do
   * @throws IOException when the file cannot be read
   */
  public static RgbImage read(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return read(in, Files.size(file));
    } catch (ImageFormatException e) {
      throw e.about("read " + file);
    }
  }

  /**
   * {@link #read(Path)} of a file in memory.
   *
   * @throws ImageFormatException as there
   */
  public static RgbImage read(byte[] file) throws ImageFormatException {
    try {
      return read(new ByteArrayInputStream(file), file.length);
    } catch (ImageFormatException e) {
      throw e;
    } catch (IOException e) {
      throw new AssertionError("bytes in memory do not fail", e);
    }
  }

  private static RgbImage read(InputStream in, long fileBytes) throws IOException {
    in.mark(HEAD);
    byte[] head = in.readNBytes(HEAD);
    in.reset();
    String format = format(head);
    if (format.equals("PNG")) {
      return PngDecoder.decode(in, fileBytes);
    }
    if (!format.equals("JPEG")) {
      throw new ImageFormatException(
          "image", "a PNG or JPEG file", format, "convert it to PNG or JPEG");
    }
    if (fileBytes > MAX_JPEG_BYTES) {
      throw new ImageFormatException(
          "jpeg",
          "at most " + (MAX_JPEG_BYTES >> 20) + " MiB",
          (fileBytes >> 20) + " MiB",
          "shrink the picture first");
    }
    return JpegDecoder.decode(in.readNBytes((int) MAX_JPEG_BYTES));
  }

  /** The format by the first bytes of a file. */
  private static String format(byte[] head) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (text.startsWith(new String(PngEncoder.SIGNATURE, StandardCharsets.ISO_8859_1))) {
      return "PNG";
    }
    if (text.startsWith("\u00ff\u00d8\u00ff")) {
      return "JPEG";
    }
    if (text.isEmpty()) {
      return "an empty file";
    }
    if (text.startsWith("GIF8")) {
      return "GIF";
    }
    if (text.startsWith("BM")) {
      return "BMP";
    }
    if (text.startsWith("II*\0") || text.startsWith("MM\0*")) {
      return "TIFF";
    }
    if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) {
      return "WebP";
    }
    if (text.startsWith("ftyp", 4)) {
      return "AVIF, HEIC or a video";
    }
    return "neither";
  }
}
