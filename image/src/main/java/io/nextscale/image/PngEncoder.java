package io.nextscale.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes 8-bit RGB PNG files.
 *
 * <p>Each row is stored as its difference from a prediction; of the five predictors of the standard
 * the one with the smallest sum of absolute differences is taken, the heuristic that the standard
 * recommends (section 12.7). The result depends on the pixels and texts only.
 */
final class PngEncoder {

  static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  /** Bytes of a pixel: the distance to the neighbour on the left in the predictors. */
  private static final int PIXEL = 3;

  /** Compressed bytes per IDAT chunk. */
  private static final int IDAT_BYTES = 1 << 16;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private PngEncoder() {}

  static byte[] encode(RgbImage image, List<PngText> texts) {
    PngEncoder encoder = new PngEncoder();
    encoder.out.writeBytes(SIGNATURE);
    encoder.header(image.width(), image.height());
    for (PngText text : texts) {
      encoder.text(text);
    }
    encoder.pixels(image);
    encoder.chunk("IEND", new byte[0], 0);
    return encoder.out.toByteArray();
  }

  private void header(int width, int height) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    int32(data, width);
    int32(data, height);
    data.write(8); // bits per sample
    data.write(PngDecoder.RGB);
    data.write(0); // deflate
    data.write(0); // the five predictors
    data.write(0); // not interlaced
    chunk("IHDR", data.toByteArray(), data.size());
  }

  private void text(PngText text) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    data.writeBytes(text.keyword().getBytes(StandardCharsets.ISO_8859_1));
    data.write(0);
    if (text.isLatin1()) {
      data.writeBytes(text.text().getBytes(StandardCharsets.ISO_8859_1));
      chunk("tEXt", data.toByteArray(), data.size());
      return;
    }
    data.write(0); // not compressed
    data.write(0); // compression method
    data.write(0); // end of an empty language tag
    data.write(0); // end of an empty translated keyword
    data.writeBytes(text.text().getBytes(StandardCharsets.UTF_8));
    chunk("iTXt", data.toByteArray(), data.size());
  }

  private void pixels(RgbImage image) {
    int rowBytes = PIXEL * image.width();
    byte[] pixels = image.bytes();
    byte[] above = new byte[rowBytes]; // row -1 is zero
    byte[] row = new byte[rowBytes];
    byte[][] filtered = new byte[5][1 + rowBytes];
    byte[] compressed = new byte[IDAT_BYTES];
    int filled = 0;
    try (Deflater deflater = new Deflater()) {
      for (int y = 0; y < image.height(); y++) {
        System.arraycopy(pixels, y * rowBytes, row, 0, rowBytes);
        deflater.setInput(smallest(row, above, filtered));
        if (y == image.height() - 1) {
          deflater.finish();
        }
        while (true) {
          int n = deflater.deflate(compressed, filled, IDAT_BYTES - filled);
          filled += n;
          if (filled == IDAT_BYTES) {
            chunk("IDAT", compressed, filled);
            filled = 0;
          } else if (n == 0 || deflater.finished()) {
            break;
          }
        }
        byte[] swap = above;
        above = row;
        row = swap;
      }
    }
    if (filled > 0) {
      chunk("IDAT", compressed, filled);
    }
  }

  /** The row under each predictor, preceded by the predictor's number; returns the best one. */
  private static byte[] smallest(byte[] row, byte[] above, byte[][] filtered) {
    byte[] best = filtered[0];
    long bestSum = Long.MAX_VALUE;
    for (int filter = 0; filter < 5; filter++) {
      byte[] candidate = filtered[filter];
      candidate[0] = (byte) filter;
      long sum = 0;
      for (int i = 0; i < row.length; i++) {
        int left = i < PIXEL ? 0 : row[i - PIXEL] & 0xff;
        int up = above[i] & 0xff;
        int corner = i < PIXEL ? 0 : above[i - PIXEL] & 0xff;
        int prediction =
            switch (filter) {
              case 0 -> 0;
              case 1 -> left;
              case 2 -> up;
              case 3 -> (left + up) / 2;
              default -> paeth(left, up, corner);
            };
        byte difference = (byte) (row[i] - prediction);
        candidate[1 + i] = difference;
        sum += Math.abs(difference);
      }
      if (sum < bestSum) {
        bestSum = sum;
        best = candidate;
      }
    }
    return best;
  }

  /** Whichever of left, up and corner is nearest to left + up - corner; ties in this order. */
  static int paeth(int left, int up, int corner) {
    int toLeft = Math.abs(up - corner);
    int toUp = Math.abs(left - corner);
    int toCorner = Math.abs(left + up - 2 * corner);
    if (toLeft <= toUp && toLeft <= toCorner) {
      return left;
    }
    return toUp <= toCorner ? up : corner;
  }

  private void chunk(String type, byte[] data, int length) {
    CRC32 crc = new CRC32();
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    crc.update(name);
    crc.update(data, 0, length);
    int32(out, length);
    out.writeBytes(name);
    out.write(data, 0, length);
    int32(out, (int) crc.getValue());
  }

  private static void int32(ByteArrayOutputStream out, int value) {
    out.write(value >>> 24);
    out.write(value >>> 16);
    out.write(value >>> 8);
    out.write(value);
  }
}
