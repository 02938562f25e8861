package io.nextscale.image;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads JPEG pictures: baseline and progressive, 8 bits, grey, YCbCr, RGB, CMYK and YCCK.
 *
 * <p>The file's segments are read here first: extents and effort are checked before any memory is
 * taken, and only what the pixels need is handed on, so that a colour profile, a comment or a
 * thumbnail can neither change nor spoil the result. {@code javax.imageio} then undoes Huffman
 * coding and cosine transform; the colours are converted here, because that is where readers
 * differ. The bytes are those of libjpeg, hence of Pillow's {@code convert("RGB")}.
 *
 * <p>Ignored as in Pillow: colour profiles, and the orientation in EXIF data (torchvision's loader
 * does not turn pictures). Refused although Pillow reads it: a picture that warns of lost pixels.
 *
 * @see <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">ITU-T T.81, annex B</a>
 */
final class JpegDecoder {

  /** Pixels times scans: bounds the time of a file with endless refinement scans. */
  private static final long MAX_EFFORT = 20L * RgbImage.MAX_PIXELS;

  // Markers: the second byte, after 0xff.
  private static final int SOF0 = 0xc0;
  private static final int SOF1 = 0xc1;
  private static final int SOF2 = 0xc2;
  private static final int DHT = 0xc4;
  private static final int RST0 = 0xd0;
  private static final int RST7 = 0xd7;
  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int DQT = 0xdb;
  private static final int DRI = 0xdd;
  private static final int APP0 = 0xe0;
  private static final int APP14 = 0xee;

  private enum Colour {
    GREY,
    RGB,
    YCBCR,
    CMYK,
    YCCK
  }

  private final byte[] file;
  private int at = 2; // after SOI

  private int width;
  private int height;
  private int components; // 0 until the frame header
  private boolean rgbNames;
  private boolean progressive;
  private boolean jfif;
  private int adobe = -1; // transform of the Adobe segment, -1 without one
  private int scans;
  private long entropyBytes;
  private long blocks; // of 8 x 8 samples, over all components

  private JpegDecoder(byte[] file) {
    this.file = file;
  }

  static RgbImage decode(byte[] file) throws ImageFormatException {
    return new JpegDecoder(file).decode();
  }

  private RgbImage decode() throws ImageFormatException {
    byte[] stripped = strip();
    // Each block of 8 x 8 samples is at least one Huffman code for its mean, and in a sequential
    // picture another one for the end of the block.
    if (entropyBytes * 8 < (progressive ? blocks : 2 * blocks)) {
      throw damaged("pixels for " + width + " x " + height, "a file of " + file.length + " bytes");
    }
    Raster raster = readRaster(stripped);
    if (raster.getWidth() != width
        || raster.getHeight() != height
        || raster.getNumBands() != components) {
      throw damaged(components + " x " + width + " x " + height + " samples", "others");
    }
    return toRgb(raster);
  }

  /** The file with the segments that the pixels need, and no others. */
  private byte[] strip() throws ImageFormatException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(file.length + 32);
    marker(out, SOI);
    // "Adobe", version 100, two flag words, transform 0: whatever the components are, leave them.
    marker(out, APP14);
    out.writeBytes(new byte[] {0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0});
    while (true) {
      int marker = nextMarker();
      if (marker == EOI || marker < 0) {
        if (scans == 0) {
          throw damaged("a picture", "a file without one");
        }
        if (marker < 0 && progressive) {
          throw damaged("all scans of a progressive picture", "the end of the file");
        }
        marker(out, EOI);
        return out.toByteArray();
      }
      if (marker == SOI || marker == 0x01 || marker >= RST0 && marker <= RST7) {
        continue; // no data
      }
      int start = at;
      int length = segment();
      switch (marker) {
        case SOF0, SOF1, SOF2 -> {
          frame(marker, start, length);
          copy(out, marker, start, length);
        }
        case DHT, DQT, DRI -> copy(out, marker, start, length);
        case SOS -> {
          scan();
          copy(out, marker, start, length);
          int from = at;
          skipEntropy();
          entropyBytes += at - from;
          out.write(file, from, at - from);
        }
        case APP0 -> jfif |= startsWith(start + 2, length - 2, "JFIF\0");
        case APP14 -> {
          if (length >= 14 && startsWith(start + 2, length - 2, "Adobe")) {
            adobe = file[start + 13] & 0xff;
          }
        }
        default -> {
          if (marker >= 0xc3 && marker <= 0xcf) {
            throw new ImageFormatException(
                "jpeg",
                "a baseline or progressive Huffman-coded picture",
                "coding process %02X".formatted(marker),
                "save it again as a baseline JPEG or a PNG");
          }
        }
      }
    }
  }

  /** The second byte of the next marker, or -1 at the end of the file. */
  private int nextMarker() {
    while (at < file.length - 1) {
      if (file[at++] != (byte) 0xff) {
        continue;
      }
      int marker = file[at] & 0xff;
      if (marker != 0 && marker != 0xff) {
        at++;
        return marker;
      }
    }
    return -1;
  }

  /** The length of the segment here, its own two bytes included; moves past it. */
  private int segment() throws ImageFormatException {
    int length = at + 2 <= file.length ? int16(at) : 0;
    if (length < 2 || at + length > file.length) {
      throw damaged("a complete file", "its end inside a segment");
    }
    at += length;
    return length;
  }

  /** Moves to the next marker that is neither a restart nor a stuffed byte. */
  private void skipEntropy() {
    while (at < file.length - 1) {
      if (file[at] == (byte) 0xff) {
        int next = file[at + 1] & 0xff;
        if (next != 0 && next != 0xff && (next < RST0 || next > RST7)) {
          return;
        }
      }
      at++;
    }
    at = file.length;
  }

  private void frame(int marker, int start, int length) throws ImageFormatException {
    if (components != 0) {
      throw damaged("one frame", "two");
    }
    if (length < 8 || length != 8 + 3 * (file[start + 7] & 0xff)) {
      throw damaged("a frame header of 8 + 3 n bytes", length + " bytes");
    }
    int bits = file[start + 2] & 0xff;
    height = int16(start + 3);
    width = int16(start + 5);
    components = file[start + 7] & 0xff;
    progressive = marker == SOF2;
    String fault = RgbImage.extentFault(width, height);
    if (fault != null) {
      throw new ImageFormatException("jpeg", fault);
    }
    if (bits != 8 || components != 1 && components != 3 && components != 4) {
      throw new ImageFormatException(
          "jpeg",
          "1, 3 or 4 components of 8 bits",
          components + " of " + bits + " bits",
          "save it again as an 8-bit JPEG or a PNG");
    }
    rgbNames = components == 3;
    int acrossMax = 1;
    int downMax = 1;
    for (int c = 0; c < components; c++) {
      rgbNames &= file[start + 8 + 3 * c] == "RGB".charAt(Math.min(c, 2));
      int across = across(start, c);
      int down = down(start, c);
      if (across < 1 || across > 4 || down < 1 || down > 4) {
        throw damaged("sampling factors 1 to 4", across + " and " + down);
      }
      acrossMax = Math.max(acrossMax, across);
      downMax = Math.max(downMax, down);
    }
    for (int c = 0; c < components; c++) {
      long columns = (long) width * across(start, c) / acrossMax;
      long rows = (long) height * down(start, c) / downMax;
      blocks += (columns + 7) / 8 * ((rows + 7) / 8);
    }
  }

  /** The horizontal sampling factor of component c in the frame header at {@code start}. */
  private int across(int start, int c) {
    return file[start + 9 + 3 * c] >> 4 & 15;
  }

  private int down(int start, int c) {
    return file[start + 9 + 3 * c] & 15;
  }

  private void scan() throws ImageFormatException {
    if (components == 0) {
      throw damaged("a frame header before the first scan", "none");
    }
    scans++;
    if ((long) width * height * scans > MAX_EFFORT) {
      throw new ImageFormatException(
          "jpeg",
          "at most " + MAX_EFFORT / 1_000_000 + " million pixels over all scans",
          scans + " scans of " + width + " x " + height,
          "save it again with fewer scans");
    }
  }

  private Raster readRaster(byte[] stripped) throws ImageFormatException {
    ImageReader reader = jpegReader();
    Warnings warnings = new Warnings();
    // Held in memory: ImageIO's own factory would write a temporary file.
    try (MemoryCacheImageInputStream in =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(stripped))) {
      reader.addIIOReadWarningListener(warnings);
      reader.setInput(in, true, true);
      Raster raster = reader.readRaster(0, null); // samples as stored: no colour conversion
      if (warnings.loss != null) {
        throw damaged("all pixels", warnings.loss.toLowerCase(Locale.ROOT));
      }
      return raster;
    } catch (ImageFormatException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The reader throws whatever its checks meet: IIOException, but IllegalArgumentException,
      // NegativeArraySizeException and others for damaged headers too.
      ImageFormatException damaged = damaged("a readable JPEG", String.valueOf(e.getMessage()));
      damaged.initCause(e);
      throw damaged;
    } finally {
      reader.dispose();
    }
  }

  private static ImageReader jpegReader() throws ImageFormatException {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("jpeg");
    if (!readers.hasNext()) {
      throw new ImageFormatException(
          "jpeg",
          "the JPEG reader of the java.desktop module",
          "a runtime without it",
          "use a complete JDK, or convert the picture to PNG");
    }
    return readers.next();
  }

  /** Keeps the first warning that means lost pixels; extra bytes between segments are harmless. */
  private static final class Warnings implements IIOReadWarningListener {

    @Nullable String loss;

    @Override
    public void warningOccurred(ImageReader source, String warning) {
      if (loss == null && !warning.contains("extraneous bytes")) {
        loss = warning;
      }
    }
  }

  /** What the components mean, by the rules of libjpeg's default_decompress_parms. */
  private Colour colour() {
    return switch (components) {
      case 1 -> Colour.GREY;
      case 3 -> {
        if (jfif) {
          yield Colour.YCBCR;
        }
        if (adobe >= 0) {
          yield adobe == 0 ? Colour.RGB : Colour.YCBCR;
        }
        yield rgbNames ? Colour.RGB : Colour.YCBCR;
      }
      default -> adobe <= 0 ? Colour.CMYK : Colour.YCCK;
    };
  }

  private RgbImage toRgb(Raster raster) {
    Colour colour = colour();
    byte[] rgb = new byte[3 * width * height];
    byte[] row = new byte[components * width];
    for (int y = 0, o = 0; y < height; y++) {
      raster.getDataElements(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int i = 0; i < row.length; i += components, o += 3) {
        int a = row[i] & 0xff;
        switch (colour) {
          case GREY -> store(rgb, o, a, a, a);
          case RGB -> store(rgb, o, a, row[i + 1] & 0xff, row[i + 2] & 0xff);
          case YCBCR -> {
            int cb = (row[i + 1] & 0xff) - 128;
            int cr = (row[i + 2] & 0xff) - 128;
            store(rgb, o, clip8(red(a, cr)), clip8(green(a, cb, cr)), clip8(blue(a, cb)));
          }
          // Four components are stored inverted, as Adobe's programs do: 255 is no ink.
          case CMYK -> inks(rgb, o, a, row[i + 1] & 0xff, row[i + 2] & 0xff, row[i + 3] & 0xff);
          case YCCK -> {
            int cb = (row[i + 1] & 0xff) - 128;
            int cr = (row[i + 2] & 0xff) - 128;
            inks(
                rgb,
                o,
                255 - clip8(red(a, cr)),
                255 - clip8(green(a, cb, cr)),
                255 - clip8(blue(a, cb)),
                row[i + 3] & 0xff);
          }
        }
      }
    }
    return RgbImage.adopt(rgb, height, width);
  }

  // R = Y + 1.402 Cr, G = Y - 0.34414 Cb - 0.71414 Cr, B = Y + 1.772 Cb with 16 bits after the
  // point, rounded as in libjpeg's jdcolor.c.

  private static int red(int y, int cr) {
    return y + (91881 * cr + 32768 >> 16);
  }

  private static int green(int y, int cb, int cr) {
    return y + (-22554 * cb - 46802 * cr + 32768 >> 16);
  }

  private static int blue(int y, int cb) {
    return y + (116130 * cb + 32768 >> 16);
  }

  /** Light left by inverted inks: {@code k - (255 - c) k / 255}, rounded as Pillow does. */
  private static void inks(byte[] rgb, int o, int c, int m, int y, int k) {
    store(rgb, o, k - product(255 - c, k), k - product(255 - m, k), k - product(255 - y, k));
  }

  /** {@code a b / 255}, rounded. */
  private static int product(int a, int b) {
    int t = a * b + 128;
    return (t >> 8) + t >> 8;
  }

  private static int clip8(int v) {
    return Math.clamp(v, 0, 255);
  }

  private static void store(byte[] rgb, int o, int red, int green, int blue) {
    rgb[o] = (byte) red;
    rgb[o + 1] = (byte) green;
    rgb[o + 2] = (byte) blue;
  }

  private boolean startsWith(int start, int length, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (length < bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if (file[start + i] != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  private void copy(ByteArrayOutputStream out, int marker, int start, int length) {
    marker(out, marker);
    out.write(file, start, length);
  }

  private static void marker(ByteArrayOutputStream out, int marker) {
    out.write(0xff);
    out.write(marker);
  }

  private int int16(int i) {
    return (file[i] & 0xff) << 8 | file[i + 1] & 0xff;
  }

  private static ImageFormatException damaged(String expected, String got) {
    return new ImageFormatException(
        "jpeg", expected, got, "the file is damaged; copy or download it again");
  }
}
