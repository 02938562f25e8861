package io.nextscale.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG file, one after another: length, four letters, data, checksum.
 *
 * <p>Reads in small portions, so memory does not follow the lengths that a file claims.
 */
final class PngChunks {

  private static final int PORTION = 1 << 13;

  private final InputStream in;
  private final CRC32 crc = new CRC32();
  private String type = "its signature";
  private int left;
  private boolean open;

  /**
   * At the first chunk.
   *
   * @throws ImageFormatException when the signature is missing
   */
  PngChunks(InputStream in) throws IOException {
    this.in = in;
    byte[] signature = in.readNBytes(PngEncoder.SIGNATURE.length);
    if (!Arrays.equals(signature, PngEncoder.SIGNATURE)) {
      throw new ImageFormatException(
          "png",
          "the eight bytes every PNG file starts with",
          signature.length < 8 ? signature.length + " bytes in all" : "others",
          "give a PNG file");
    }
  }

  /** The type of the next chunk; the rest of the current one is skipped unless it was read. */
  String next() throws IOException {
    if (open) {
      skip();
    }
    byte[] head = exactly(8);
    left = int32(head, 0);
    type = new String(head, 4, 4, StandardCharsets.ISO_8859_1);
    for (int i = 4; i < 8; i++) {
      int letter = head[i] | 0x20;
      if (letter < 'a' || letter > 'z') {
        throw damaged("a chunk type of four letters", "other bytes");
      }
    }
    if (left < 0) {
      throw damaged("chunks below 2 GiB", "a chunk " + type + " of " + (left & 0xffffffffL));
    }
    crc.reset();
    crc.update(head, 4, 4);
    open = true;
    return type;
  }

  String type() {
    return type;
  }

  /** Bytes of the current chunk that were not read yet. */
  int left() {
    return left;
  }

  /** Unknown chunks may be skipped unless their first letter is a capital. */
  boolean isCritical() {
    return Character.isUpperCase(type.charAt(0));
  }

  /** The next bytes of the current chunk, at most as many as fit; 0 at its end. */
  int read(byte[] buffer) throws IOException {
    int n = in.readNBytes(buffer, 0, Math.min(buffer.length, left));
    if (n == 0 && left > 0) {
      throw truncated();
    }
    crc.update(buffer, 0, n);
    left -= n;
    if (left == 0 && open) {
      open = false;
      int expected = (int) crc.getValue();
      int stored = int32(exactly(4), 0);
      if (stored != expected) {
        throw damaged(
            "checksum %08x of chunk %s".formatted(expected, type), "%08x".formatted(stored));
      }
    }
    return n;
  }

  /**
   * All of the current chunk.
   *
   * @throws ImageFormatException when it is longer than {@code limit}
   */
  byte[] all(int limit) throws IOException {
    if (left > limit) {
      throw new ImageFormatException(
          "png",
          "at most " + limit + " bytes in chunk " + type,
          left + " bytes",
          "the file is damaged or not meant to be read; copy it again");
    }
    byte[] data = new byte[Math.min(left, PORTION)];
    byte[] portion = new byte[PORTION];
    int filled = 0;
    do {
      int n = read(portion);
      if (n > data.length - filled) {
        data = Arrays.copyOf(data, Math.max(2 * data.length, filled + n));
      }
      System.arraycopy(portion, 0, data, filled, n);
      filled += n;
    } while (open);
    return Arrays.copyOf(data, filled);
  }

  /** The rest of the current chunk, for its checksum only. */
  void finish() throws IOException {
    byte[] portion = new byte[PORTION];
    while (open) {
      read(portion);
    }
  }

  private void skip() throws IOException {
    try {
      in.skipNBytes(left + 4L);
    } catch (EOFException e) {
      throw truncated();
    }
    open = false;
  }

  private byte[] exactly(int n) throws IOException {
    byte[] bytes = in.readNBytes(n);
    if (bytes.length < n) {
      throw truncated();
    }
    return bytes;
  }

  private ImageFormatException truncated() {
    return damaged("a complete file", "its end in or after " + type);
  }

  static ImageFormatException damaged(String expected, String got) {
    return new ImageFormatException(
        "png", expected, got, "the file is damaged; copy or download it again");
  }

  static int int32(byte[] b, int i) {
    return b[i] << 24 | (b[i + 1] & 0xff) << 16 | (b[i + 2] & 0xff) << 8 | b[i + 3] & 0xff;
  }
}
