package io.nextscale.image;

import static io.nextscale.image.RgbImageTest.unsigned;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder against ImageIO and Pillow, and on files that are damaged or lie. */
class PngDecoderTest {

  /** Colour type and bit depth of every combination in the standard. */
  private static final int[][] TYPES = {
    {0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {3, 1}, {3, 2}, {3, 4}, {3, 8},
    {4, 8}, {4, 16}, {6, 8}, {6, 16}
  };

  static List<Arguments> types() {
    List<Arguments> all = new ArrayList<>();
    for (int[] type : TYPES) {
      all.add(Arguments.of(type[0], type[1], false));
      all.add(Arguments.of(type[0], type[1], true));
    }
    return all;
  }

  @ParameterizedTest(name = "colour type {0}, {1} bits, interlaced {2}")
  @MethodSource("types")
  void everyTypeThatImageIoWritesIsReadWithItsSamples(int colour, int depth, boolean interlaced)
      throws IOException {
    SplittableRandom random = new SplittableRandom(100 * colour + depth);
    for (int[] size : new int[][] {{1, 1}, {2, 3}, {5, 5}, {7, 9}, {8, 8}, {33, 31}, {1, 40}}) {
      BufferedImage image = image(colour, depth, size[0], size[1], random);
      byte[] file = write(image, interlaced);
      assertThat(new int[] {file[24], file[25], file[28]})
          .as("what ImageIO wrote: depth, colour type, interlacing")
          .isEqualTo(new int[] {depth, colour, interlaced ? 1 : 0});

      assertThat(Png.decode(file))
          .as("%d x %d", size[0], size[1])
          .isEqualTo(expected(image, depth));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"png_1", "png_l", "png_p", "png_p4", "png_p2", "png_la", "png_rgba", "png_trns"})
  void filesOfPillowAreReadAsPillowConvertsThem(String name) {
    assertThat(Fixtures.image("pillow/" + name + ".png"))
        .isEqualTo(Fixtures.image("pillow/" + name + "_rgb.png"));
  }

  @ParameterizedTest(name = "colour type {0}, {1} bits")
  @MethodSource("types")
  void everyPredictorIsUndone(int colour, int depth, boolean interlaced) throws IOException {
    if (interlaced) {
      return; // ImageIO's own files cover the seven passes
    }
    int samples = new int[] {1, 0, 3, 1, 2, 0, 4}[colour];
    int pixel = Math.max(1, samples * depth / 8);
    int rowBytes = (13 * samples * depth + 7) / 8;
    SplittableRandom random = new SplittableRandom(7);
    byte[][] rows = new byte[11][rowBytes];
    for (byte[] row : rows) {
      random.nextBytes(row);
    }
    RgbImage expected = Png.decode(filtered(colour, depth, rows, pixel, new int[] {0}));

    for (int predictor = 1; predictor < 5; predictor++) {
      byte[] file = filtered(colour, depth, rows, pixel, new int[] {predictor});
      assertThat(Png.decode(file)).as("predictor %d", predictor).isEqualTo(expected);
    }
    byte[] mixed = filtered(colour, depth, rows, pixel, new int[] {4, 3, 2, 1, 0, 3, 4});
    assertThat(Png.decode(mixed)).isEqualTo(expected);
  }

  /** A file whose row y is stored under predictor {@code predictors[y mod n]}. */
  private static byte[] filtered(
      int colour, int depth, byte[][] rows, int pixel, int[] predictors) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int y = 0; y < rows.length; y++) {
      int predictor = predictors[y % predictors.length];
      out.write(predictor);
      for (int i = 0; i < rows[y].length; i++) {
        int a = i < pixel ? 0 : rows[y][i - pixel] & 0xff;
        int b = y == 0 ? 0 : rows[y - 1][i] & 0xff;
        int c = i < pixel || y == 0 ? 0 : rows[y - 1][i - pixel] & 0xff;
        int p = a + b - c;
        int nearest =
            Math.abs(p - a) <= Math.abs(p - b) && Math.abs(p - a) <= Math.abs(p - c)
                ? a
                : Math.abs(p - b) <= Math.abs(p - c) ? b : c;
        out.write(rows[y][i] - new int[] {0, a, b, (a + b) >> 1, nearest}[predictor]);
      }
    }
    File file = File.of(13, rows.length, depth, colour, out.toByteArray());
    return (colour == 3 ? file.with(1, new Chunk("PLTE", allColours(depth))) : file).bytes();
  }

  private static byte[] allColours(int depth) {
    byte[] colours = new byte[3 << depth];
    new SplittableRandom(depth).nextBytes(colours);
    return colours;
  }

  @Test
  void pixelsMayBeCutIntoAnyChunks() throws IOException {
    RgbImage image = Fixtures.random(3, 20, 30);
    File file = File.parse(Png.encode(image, List.of()));
    byte[] pixels = file.data("IDAT");
    File cut = file.without("IDAT");
    int end = cut.chunks.size() - 1;
    for (int i = pixels.length - 1; i >= 0; i--) {
      cut.chunks.add(end, new Chunk("IDAT", new byte[] {pixels[i]}));
      cut.chunks.add(end, new Chunk("IDAT", new byte[0]));
    }

    assertThat(Png.decode(cut.bytes())).isEqualTo(image);
  }

  @Test
  void sixteenBitsKeepTheirHighByte() throws IOException {
    File file = File.of(1, 1, 16, 0, unsigned(0, 0xab, 0xcd));

    assertThat(Png.decode(file.bytes()).rgb(0, 0)).isEqualTo(0xababab);
  }

  @Test
  void unknownChunksAreSkippedUnlessTheyAreCritical() throws IOException {
    RgbImage image = Fixtures.random(3, 2, 2);
    File file = File.parse(Png.encode(image, List.of()));
    file.chunks.add(1, new Chunk("prVt", new byte[] {1, 2, 3}));
    file.chunks.add(3, new Chunk("tIME", new byte[7]));
    assertThat(Png.decode(file.bytes())).isEqualTo(image);

    file.chunks.set(1, new Chunk("CgBI", new byte[4]));
    assertThatThrownBy(() -> Png.decode(file.bytes()))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageContaining("got CgBI");
  }

  @Test
  void bytesAfterTheEndAreIgnored() throws IOException {
    RgbImage image = Fixtures.random(3, 2, 2);
    byte[] png = Png.encode(image, List.of());

    assertThat(Png.decode(Arrays.copyOf(png, png.length + 100))).isEqualTo(image);
  }

  @Test
  void aHeaderThatPromisesMoreThanTheFileHoldsIsRefusedWithoutTakingMemory() {
    // 10,000 x 10,000 RGB pixels are 300 MB, more than the heap of these tests.
    File file = File.of(10_000, 10_000, 8, 2, new byte[1000]);
    assertThat(Runtime.getRuntime().maxMemory()).isLessThan(300_000_000);

    assertThatThrownBy(() -> Png.decode(file.bytes()))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageContaining("pixels for 10000 x 10000; got a file of");
  }

  static List<Arguments> refused() {
    File good = File.of(2, 2, 8, 2, new byte[14]);
    File palette = File.of(4, 1, 2, 3, new byte[] {0, 0b00011011});
    byte[] bomb = deflate(new byte[20 << 20]);
    return List.of(
        Arguments.of("an empty file", new byte[0], "the eight bytes every PNG file starts with"),
        Arguments.of("a signature only", PngEncoder.SIGNATURE, "a complete file"),
        Arguments.of("no width", File.of(0, 2, 8, 2, new byte[14]).bytes(), "at least 1 x 1"),
        Arguments.of("negative height", File.of(2, -5, 8, 2, new byte[14]).bytes(), "at least 1 x"),
        Arguments.of(
            "too wide", File.of(70_000, 2, 8, 2, new byte[14]).bytes(), "sides of at most"),
        Arguments.of("too many", File.of(60_000, 60_000, 8, 2, new byte[1]).bytes(), "100 megapix"),
        Arguments.of(
            "3 bits", File.of(2, 2, 3, 0, new byte[14]).bytes(), "colour type and bit depth"),
        Arguments.of(
            "type 5", File.of(2, 2, 8, 5, new byte[14]).bytes(), "colour type and bit depth"),
        Arguments.of("type 2, 4 bits", File.of(2, 2, 4, 2, new byte[14]).bytes(), "bit depth"),
        Arguments.of(
            "too few rows", File.of(2, 2, 8, 2, new byte[13]).bytes(), "the end of the pix"),
        Arguments.of(
            "predictor 5", File.of(1, 1, 8, 2, new byte[] {5, 0, 0, 0}).bytes(), "predictor"),
        Arguments.of("no palette", palette.bytes(), "a palette before the pixels; got none"),
        Arguments.of(
            "a colour outside the palette",
            palette.with(1, new Chunk("PLTE", new byte[9])).bytes(),
            "colours 0 to 2; got colour 3"),
        Arguments.of(
            "a palette of 4 bytes",
            palette.with(1, new Chunk("PLTE", new byte[4])).bytes(),
            "one palette"),
        Arguments.of(
            "a palette of 257 colours",
            palette.with(1, new Chunk("PLTE", new byte[771])).bytes(),
            "at most 768 bytes in chunk PLTE"),
        Arguments.of("no header", good.without("IHDR").bytes(), "IHDR of 13 bytes"),
        Arguments.of("no pixels", good.without("IDAT").bytes(), "got IEND"),
        Arguments.of("no end", good.without("IEND").bytes(), "a complete file"),
        Arguments.of(
            "pixels in two places",
            good.with(2, new Chunk("tIME", new byte[7])).with(3, good.chunks.get(1)).bytes(),
            "all IDAT chunks in a row"),
        Arguments.of("two headers", good.with(1, good.chunks.getFirst()).bytes(), "got IHDR"),
        Arguments.of(
            "no zlib stream",
            good.replace("IDAT", new byte[] {1, 2, 3, 4, 5, 6, 7, 8}).bytes(),
            "pixels compressed with zlib"),
        Arguments.of(
            "a wrong sum of the pixels",
            good.replace("IDAT", wrongSum(good.data("IDAT"))).bytes(),
            "pixels compressed with zlib"),
        Arguments.of("a missing sum", cutSum(good).bytes(), "the checksum of the pixels"),
        Arguments.of("a bomb of text", bombed(good, bomb).bytes(), ""),
        Arguments.of(
            "interlace method 2",
            good.replace("IHDR", header(2, 2, 8, 2, 2)).bytes(),
            "interlace 0 or 1"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void aFileThatIsNoPictureIsRefusedWithTheReason(String name, byte[] file, String message)
      throws IOException {
    if (message.isEmpty()) { // a picture all right, but not its texts
      assertThat(Png.decode(file).width()).isEqualTo(2);
      assertThatThrownBy(() -> Png.texts(file))
          .isInstanceOf(ImageFormatException.class)
          .hasMessageContaining("at most 16777216 bytes of text; got more");
      return;
    }
    assertThatThrownBy(() -> Png.decode(file))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageStartingWith("png: ")
        .hasMessageContaining(message)
        .hasMessageContaining(" — ");
  }

  @Test
  void aCompressedTextIsRead() throws IOException {
    File file =
        File.of(2, 2, 8, 2, new byte[14])
            .with(1, new Chunk("zTXt", join("note\0\0", deflate(latin1("caf\u00e9 ".repeat(500))))))
            .with(
                2,
                new Chunk(
                    "iTXt",
                    join(
                        "parameters\0\1\0ja\0x\0", deflate("日本".getBytes(StandardCharsets.UTF_8)))))
            .with(4, new Chunk("tEXt", latin1("later\0on")));

    assertThat(Png.texts(file.bytes()))
        .containsExactly(
            new PngText("note", "caf\u00e9 ".repeat(500)),
            new PngText("parameters", "日本"),
            new PngText("later", "on"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tEXt:no zero byte",
        "tEXt:\0text",
        "tEXt:key\0a\0b",
        "tEXt:two  spaces\0a",
        "zTXt:key\0",
        "zTXt:key\0\1abc",
        "zTXt:key\0\0abc",
        "iTXt:key\0",
        "iTXt:key\0\0",
        "iTXt:key\0\0\0",
        "iTXt:key\0\0\0en\0",
        "iTXt:key\0\0\0en\0x\0\u00ff\u00ff",
        "iTXt:key\0\1\0en\0x\0abc",
        "iTXt:key\0\1\1en\0x\0abc",
        "tEXt:",
        "zTXt:",
        "iTXt:"
      })
  void aDamagedTextIsRefused(String chunk) {
    Chunk damaged = new Chunk(chunk.substring(0, 4), latin1(chunk.substring(5)));
    byte[] file = File.of(2, 2, 8, 2, new byte[14]).with(1, damaged).bytes();

    assertThatThrownBy(() -> Png.texts(file))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageStartingWith("png: ");
  }

  @Test
  void aWrongChecksumIsNamed() {
    byte[] file = File.of(2, 2, 8, 2, new byte[14]).bytes();
    file[20] ^= 1; // height

    assertThatThrownBy(() -> Png.decode(file))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageContaining("of chunk IHDR");
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] file =
        Png.encode(
            Fixtures.random(1, 9, 11), List.of(new PngText("a", "b"), new PngText("c", "日")));

    for (int length = 0; length < file.length; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> Png.decode(cut)).isInstanceOf(ImageFormatException.class);
      assertThatThrownBy(() -> Png.texts(cut)).isInstanceOf(ImageFormatException.class);
    }
  }

  @ParameterizedTest(name = "colour type {0}, {1} bits, interlaced {2}")
  @MethodSource("types")
  void damagedBytesWithRightChecksumsGiveAPictureOrAnError(
      int colour, int depth, boolean interlaced) throws IOException {
    SplittableRandom random = new SplittableRandom(1000 * colour + 10 * depth);
    File file = File.parse(write(image(colour, depth, 9, 7, random), interlaced));
    for (int round = 0; round < 300; round++) {
      File damaged = new File(new ArrayList<>(file.chunks));
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        int i = random.nextInt(damaged.chunks.size());
        Chunk chunk = damaged.chunks.get(i);
        byte[] data = chunk.data.clone();
        switch (random.nextInt(6)) {
          case 0 ->
              damaged.chunks.add(i, damaged.chunks.get(random.nextInt(damaged.chunks.size())));
          case 1 -> data = Arrays.copyOf(data, random.nextInt(data.length + 3));
          case 2 -> damaged.chunks.set(i, new Chunk(i % 2 == 0 ? "tEXt" : "IDAT", data));
          default -> {
            if (data.length > 0) {
              data[random.nextInt(data.length)] ^= (byte) (1 << random.nextInt(8));
            }
          }
        }
        damaged.chunks.set(i, new Chunk(chunk.type, data));
      }
      pictureOrError(damaged.bytes());
    }
  }

  /** Decodes; anything but a picture or an ImageFormatException fails the test. */
  static void pictureOrError(byte[] file) {
    try {
      RgbImage image = Png.decode(file);
      assertThat(image.toBytes()).hasSize(3 * image.width() * image.height());
    } catch (ImageFormatException e) {
      assertThat(e).hasMessageContaining("png: ").hasMessageContaining("; got ");
    }
    try {
      Png.texts(file);
    } catch (ImageFormatException e) {
      assertThat(e).hasMessageContaining("png: ").hasMessageContaining("; got ");
    }
  }

  // Images of every type, by ImageIO.

  private static BufferedImage image(
      int colour, int depth, int width, int height, SplittableRandom random) {
    BufferedImage image =
        switch (colour) {
          case 0 ->
              ImageTypeSpecifier.createGrayscale(depth, dataType(depth), false)
                  .createBufferedImage(width, height);
          case 4 ->
              ImageTypeSpecifier.createGrayscale(depth, dataType(depth), false, false)
                  .createBufferedImage(width, height);
          case 3 -> palette(depth, width, height, random);
          default ->
              ImageTypeSpecifier.createInterleaved(
                      java.awt.color.ColorSpace.getInstance(java.awt.color.ColorSpace.CS_sRGB),
                      colour == 2 ? new int[] {0, 1, 2} : new int[] {0, 1, 2, 3},
                      dataType(depth),
                      colour == 6,
                      false)
                  .createBufferedImage(width, height);
        };
    WritableRaster raster = image.getRaster();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int b = 0; b < raster.getNumBands(); b++) {
          raster.setSample(x, y, b, random.nextInt(1 << depth));
        }
      }
    }
    return image;
  }

  private static int dataType(int depth) {
    return depth == 16 ? DataBuffer.TYPE_USHORT : DataBuffer.TYPE_BYTE;
  }

  private static BufferedImage palette(int depth, int width, int height, SplittableRandom random) {
    byte[][] colours = new byte[3][1 << depth];
    for (byte[] c : colours) {
      random.nextBytes(c);
    }
    var model = new IndexColorModel(depth, 1 << depth, colours[0], colours[1], colours[2]);
    int type = depth == 8 ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_BYTE_BINARY;
    return new BufferedImage(width, height, type, model);
  }

  private static RgbImage expected(BufferedImage image, int depth) {
    Raster raster = image.getRaster();
    byte[] rgb = new byte[3 * raster.getWidth() * raster.getHeight()];
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % raster.getWidth();
      int y = i / 3 / raster.getWidth();
      if (image.getColorModel() instanceof IndexColorModel palette) {
        rgb[i] = (byte) (palette.getRGB(raster.getSample(x, y, 0)) >> (16 - 8 * (i % 3)));
      } else {
        int sample = raster.getSample(x, y, raster.getNumBands() < 3 ? 0 : i % 3);
        rgb[i] = (byte) (depth == 16 ? sample >> 8 : sample * 255 / ((1 << depth) - 1));
      }
    }
    return RgbImage.of(rgb, raster.getHeight(), raster.getWidth());
  }

  private static byte[] write(BufferedImage image, boolean interlaced) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ImageWriteParam param = writer.getDefaultWriteParam();
    param.setProgressiveMode(
        interlaced ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var stream = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), param);
    }
    writer.dispose();
    return out.toByteArray();
  }

  // PNG files chunk by chunk.

  record Chunk(String type, byte[] data) {}

  record File(List<Chunk> chunks) {

    static File of(int width, int height, int depth, int colour, byte[] rows) {
      return new File(
          new ArrayList<>(
              List.of(
                  new Chunk("IHDR", header(width, height, depth, colour, 0)),
                  new Chunk("IDAT", deflate(rows)),
                  new Chunk("IEND", new byte[0]))));
    }

    static File parse(byte[] file) throws IOException {
      PngChunks chunks = new PngChunks(new ByteArrayInputStream(file));
      List<Chunk> all = new ArrayList<>();
      do {
        String type = chunks.next();
        all.add(new Chunk(type, chunks.all(file.length)));
      } while (!chunks.type().equals("IEND"));
      return new File(all);
    }

    File with(int i, Chunk chunk) {
      File copy = new File(new ArrayList<>(chunks));
      copy.chunks.add(i, chunk);
      return copy;
    }

    File without(String type) {
      return new File(new ArrayList<>(chunks.stream().filter(c -> !c.type.equals(type)).toList()));
    }

    File replace(String type, byte[] data) {
      return new File(
          new ArrayList<>(
              chunks.stream().map(c -> c.type.equals(type) ? new Chunk(type, data) : c).toList()));
    }

    byte[] data(String type) {
      return chunks.stream().filter(c -> c.type.equals(type)).findFirst().orElseThrow().data;
    }

    byte[] bytes() {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(PngEncoder.SIGNATURE);
      for (Chunk chunk : chunks) {
        byte[] type = latin1(chunk.type);
        CRC32 crc = new CRC32();
        crc.update(type);
        crc.update(chunk.data);
        out.writeBytes(ByteBuffer.allocate(4).putInt(chunk.data.length).array());
        out.writeBytes(type);
        out.writeBytes(chunk.data);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
      }
      return out.toByteArray();
    }
  }

  /** A file with this header, palette (if any) and rows. */
  static byte[] assemble(byte[] header, byte[] palette, byte[] rows) {
    File file = File.of(1, 1, 8, 2, rows).replace("IHDR", header);
    return (palette.length == 0 ? file : file.with(1, new Chunk("PLTE", palette))).bytes();
  }

  private static byte[] header(int width, int height, int depth, int colour, int interlace) {
    return ByteBuffer.allocate(13)
        .putInt(width)
        .putInt(height)
        .put((byte) depth)
        .put((byte) colour)
        .put((byte) 0)
        .put((byte) 0)
        .put((byte) interlace)
        .array();
  }

  static byte[] deflate(byte[] data) {
    try (Deflater deflater = new Deflater()) {
      deflater.setInput(data);
      deflater.finish();
      byte[] out = new byte[data.length + 100];
      return Arrays.copyOf(out, deflater.deflate(out));
    }
  }

  private static byte[] wrongSum(byte[] zlib) {
    byte[] out = zlib.clone();
    out[out.length - 1] ^= 1;
    return out;
  }

  private static File cutSum(File file) {
    byte[] pixels = file.data("IDAT");
    return file.replace("IDAT", Arrays.copyOf(pixels, pixels.length - 4));
  }

  private static File bombed(File file, byte[] bomb) {
    return file.with(1, new Chunk("zTXt", join("bomb\0\0", bomb)));
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] join(String head, byte[] tail) {
    byte[] start = latin1(head);
    byte[] all = Arrays.copyOf(start, start.length + tail.length);
    System.arraycopy(tail, 0, all, start.length, tail.length);
    return all;
  }
}
