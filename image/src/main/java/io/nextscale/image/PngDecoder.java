package io.nextscale.image;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Reads the picture of a PNG file: every colour type, bit depth and interlacing of the standard.
 *
 * <p>The pixels form one zlib stream, cut into IDAT chunks. Inflated, it is a sequence of rows,
 * each a predictor's number and the differences from the prediction; an interlaced picture is seven
 * smaller pictures, one after another.
 */
final class PngDecoder {

  /** Colour types of the standard, section 11.2.1. */
  private static final int GREY = 0;

  static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int GREY_ALPHA = 4;
  private static final int RGB_ALPHA = 6;

  /** Adam7: pass i holds the pixels at x = X_FIRST + n X_STEP, y = Y_FIRST + m Y_STEP. */
  private static final int[] X_FIRST = {0, 4, 0, 2, 0, 1, 0};

  private static final int[] X_STEP = {8, 8, 4, 4, 2, 2, 1};
  private static final int[] Y_FIRST = {0, 0, 4, 0, 2, 0, 1};
  private static final int[] Y_STEP = {8, 8, 8, 4, 4, 2, 2};

  /** No byte of deflate data stands for more: a match of 258 bytes takes at least two bits. */
  private static final long MAX_INFLATION = 1032;

  private final PngChunks chunks;
  private final Inflater inflater;
  private final byte[] portion = new byte[1 << 13];

  private int width;
  private int height;
  private int depth;
  private int colour;
  private boolean interlaced;
  private byte @Nullable [] palette; // (n,3)

  private PngDecoder(PngChunks chunks, Inflater inflater) {
    this.chunks = chunks;
    this.inflater = inflater;
  }

  /**
   * @param fileBytes the length of the file; a header that promises more pixels than so many bytes
   *     can hold is refused before memory is taken
   */
  static RgbImage decode(InputStream in, long fileBytes) throws IOException {
    try (Inflater inflater = new Inflater()) {
      return new PngDecoder(new PngChunks(in), inflater).decode(fileBytes);
    }
  }

  private RgbImage decode(long fileBytes) throws IOException {
    readHeader();
    while (!chunks.next().equals("IDAT")) {
      if (chunks.type().equals("PLTE")) {
        readPalette();
      } else {
        skipUnlessCritical();
      }
    }
    if (colour == PALETTE && palette == null) {
      throw PngChunks.damaged("a palette before the pixels", "none");
    }
    if (inflatedBytes() > MAX_INFLATION * fileBytes) {
      throw PngChunks.damaged(
          "pixels for " + width + " x " + height, "a file of " + fileBytes + " bytes");
    }
    byte[] rgb = new byte[3 * width * height];
    if (interlaced) {
      for (int pass = 0; pass < 7; pass++) {
        readPass(rgb, X_FIRST[pass], X_STEP[pass], Y_FIRST[pass], Y_STEP[pass]);
      }
    } else {
      readPass(rgb, 0, 1, 0, 1);
    }
    finishPixels();
    while (!chunks.type().equals("IEND")) {
      if (chunks.type().equals("IDAT")) {
        throw PngChunks.damaged("all IDAT chunks in a row", "another one later");
      }
      skipUnlessCritical();
      chunks.next();
    }
    chunks.finish();
    return RgbImage.adopt(rgb, height, width);
  }

  private void readHeader() throws IOException {
    if (!chunks.next().equals("IHDR") || chunks.left() != 13) {
      throw PngChunks.damaged(
          "IHDR of 13 bytes as the first chunk", chunks.type() + " of " + chunks.left() + " bytes");
    }
    byte[] head = chunks.all(13);
    width = PngChunks.int32(head, 0);
    height = PngChunks.int32(head, 4);
    depth = head[8];
    colour = head[9];
    interlaced = head[12] == 1;
    String fault = RgbImage.extentFault(width, height);
    if (fault != null) {
      throw new ImageFormatException("png", fault);
    }
    boolean known =
        switch (colour) {
          case GREY -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
          case PALETTE -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
          case RGB, GREY_ALPHA, RGB_ALPHA -> depth == 8 || depth == 16;
          default -> false;
        };
    if (!known) {
      throw PngChunks.damaged(
          "a colour type and bit depth of the standard", "type " + colour + ", depth " + depth);
    }
    if (head[10] != 0 || head[11] != 0 || head[12] < 0 || head[12] > 1) {
      throw PngChunks.damaged(
          "compression 0, filter 0, interlace 0 or 1",
          head[10] + ", " + head[11] + ", " + head[12]);
    }
  }

  private void readPalette() throws IOException {
    if (palette != null || chunks.left() % 3 != 0 || chunks.left() == 0) {
      throw PngChunks.damaged(
          "one palette of 1 to 256 colours", "one more, or one of " + chunks.left() + " bytes");
    }
    palette = chunks.all(3 * 256);
  }

  private void skipUnlessCritical() throws IOException {
    if (chunks.isCritical() && !chunks.type().equals("PLTE")) {
      throw new ImageFormatException(
          "png",
          "the chunks IHDR, PLTE, IDAT, IEND and skippable ones, in the standard's order",
          chunks.type(),
          "save the picture again as a plain PNG");
    }
    chunks.finish();
  }

  private int bitsPerPixel() {
    return depth
        * switch (colour) {
          case GREY_ALPHA -> 2;
          case RGB -> 3;
          case RGB_ALPHA -> 4;
          default -> 1;
        };
  }

  private long rowBytes(int columns) {
    return ((long) columns * bitsPerPixel() + 7) / 8;
  }

  /** Bytes of all rows, each with its predictor's number. */
  private long inflatedBytes() {
    if (!interlaced) {
      return height * (1 + rowBytes(width));
    }
    long sum = 0;
    for (int pass = 0; pass < 7; pass++) {
      int columns = extent(width, X_FIRST[pass], X_STEP[pass]);
      int rows = extent(height, Y_FIRST[pass], Y_STEP[pass]);
      sum += columns == 0 ? 0 : rows * (1 + rowBytes(columns));
    }
    return sum;
  }

  private static int extent(int all, int first, int step) {
    return Math.max(0, (all - first + step - 1) / step);
  }

  private void readPass(byte[] rgb, int xFirst, int xStep, int yFirst, int yStep)
      throws IOException {
    int columns = extent(width, xFirst, xStep);
    if (columns == 0) {
      return; // an empty pass has no rows at all
    }
    int pixel = Math.max(1, bitsPerPixel() / 8);
    byte[] row = new byte[1 + (int) rowBytes(columns)];
    byte[] above = new byte[row.length]; // row -1 is zero
    for (int y = yFirst; y < height; y += yStep) {
      inflate(row, row.length);
      unfilter(row, above, pixel);
      int o = 3 * (y * width + xFirst);
      spread(row, columns, rgb, o, 3 * xStep);
      byte[] swap = above;
      above = row;
      row = swap;
    }
  }

  /** The next bytes of the pixel stream. */
  private void inflate(byte[] out, int length) throws IOException {
    int filled = 0;
    while (filled < length) {
      int n = inflateSome(out, filled, length - filled);
      if (n == 0) {
        throw PngChunks.damaged(
            "pixels for " + width + " x " + height, "the end of the pixels before that");
      }
      filled += n;
    }
  }

  /** At least one byte, or 0 when the stream is over. */
  private int inflateSome(byte[] out, int offset, int length) throws IOException {
    try {
      while (!inflater.finished()) {
        int n = inflater.inflate(out, offset, length);
        if (n > 0) {
          return n;
        }
        if (inflater.needsDictionary()) {
          throw PngChunks.damaged("a zlib stream without dictionary", "one with");
        }
        if (inflater.needsInput() && !nextPortion()) {
          return 0;
        }
      }
      return 0;
    } catch (DataFormatException e) {
      throw PngChunks.damaged("pixels compressed with zlib", String.valueOf(e.getMessage()));
    }
  }

  /** Hands the inflater more IDAT bytes; false at their end. */
  private boolean nextPortion() throws IOException {
    while (chunks.type().equals("IDAT")) {
      int n = chunks.read(portion);
      if (n > 0) {
        inflater.setInput(portion, 0, n);
        return true;
      }
      chunks.next();
    }
    return false;
  }

  /**
   * To the end of the zlib stream with its checksum, and to the chunk after the pixels; superfluous
   * bytes are ignored.
   */
  private void finishPixels() throws IOException {
    if (inflateSome(new byte[1], 0, 1) == 0 && !inflater.finished()) {
      throw PngChunks.damaged("the checksum of the pixels", "the end of the pixels");
    }
    while (chunks.type().equals("IDAT")) {
      chunks.finish();
      chunks.next();
    }
  }

  /** Adds the prediction back; {@code row[0]} names the predictor. */
  private static void unfilter(byte[] row, byte[] above, int pixel) throws ImageFormatException {
    int n = row.length;
    int head = Math.min(n, 1 + pixel);
    switch (row[0]) {
      case 0 -> {}
      case 1 -> {
        for (int i = head; i < n; i++) {
          row[i] += row[i - pixel];
        }
      }
      case 2 -> {
        for (int i = 1; i < n; i++) {
          row[i] += above[i];
        }
      }
      case 3 -> {
        for (int i = 1; i < head; i++) {
          row[i] += (byte) ((above[i] & 0xff) / 2);
        }
        for (int i = head; i < n; i++) {
          row[i] += (byte) (((row[i - pixel] & 0xff) + (above[i] & 0xff)) / 2);
        }
      }
      case 4 -> {
        for (int i = 1; i < head; i++) {
          row[i] += above[i]; // nothing on the left: up is nearest
        }
        for (int i = head; i < n; i++) {
          row[i] +=
              (byte)
                  PngEncoder.paeth(row[i - pixel] & 0xff, above[i] & 0xff, above[i - pixel] & 0xff);
        }
      }
      default -> throw PngChunks.damaged("predictors 0 to 4", "predictor " + (row[0] & 0xff));
    }
  }

  /** Writes one row of {@code columns} pixels to {@code rgb[o], rgb[o + step], …}. */
  private void spread(byte[] row, int columns, byte[] rgb, int o, int step)
      throws ImageFormatException {
    int sample = depth / 8; // bytes; 16-bit samples give their first byte, the high one
    switch (colour) {
      case RGB, RGB_ALPHA -> {
        int pixel = bitsPerPixel() / 8;
        for (int x = 0, i = 1; x < columns; x++, i += pixel, o += step) {
          rgb[o] = row[i];
          rgb[o + 1] = row[i + sample];
          rgb[o + 2] = row[i + 2 * sample];
        }
      }
      case PALETTE -> {
        byte[] colours = palette();
        for (int x = 0; x < columns; x++, o += step) {
          int entry = 3 * sample(row, x);
          if (entry >= colours.length) {
            throw PngChunks.damaged(
                "colours 0 to " + (colours.length / 3 - 1), "colour " + entry / 3);
          }
          rgb[o] = colours[entry];
          rgb[o + 1] = colours[entry + 1];
          rgb[o + 2] = colours[entry + 2];
        }
      }
      default -> { // GREY, GREY_ALPHA
        int pixel = bitsPerPixel() / 8;
        int white = 255 / ((1 << Math.min(depth, 8)) - 1); // 255, 85, 17, 1 for 1, 2, 4, 8 bits
        for (int x = 0; x < columns; x++, o += step) {
          byte grey = depth < 8 ? (byte) (sample(row, x) * white) : row[1 + x * pixel];
          Arrays.fill(rgb, o, o + 3, grey);
        }
      }
    }
  }

  private byte[] palette() throws ImageFormatException {
    if (palette == null) {
      throw PngChunks.damaged("a palette before the pixels", "none");
    }
    return palette;
  }

  /** Sample x of a row with 1, 2, 4 or 8 bits per sample, high bits first. */
  private int sample(byte[] row, int x) {
    int bit = x * depth;
    return row[1 + bit / 8] >> (8 - depth - bit % 8) & (1 << depth) - 1;
  }
}
