package io.nextscale.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder against Pillow 9.4.0 with libjpeg-turbo 2.1.5, byte for byte. */
class JpegDecoderTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "444",
        "422",
        "420",
        "progressive",
        "grey",
        "cmyk",
        "ycck",
        "cmyk_without_adobe",
        "without_jfif",
        "adobe_rgb",
        "named_rgb",
        "broken_profile",
        "turned"
      })
  void everyKindOfPictureEqualsPillow(String kind) {
    assertThat(Fixtures.image("pillow/jpeg_" + kind + ".jpg"))
        .isEqualTo(Fixtures.image("pillow/jpeg_" + kind + "_rgb.png"));
  }

  @Test
  void photosEqualPillow() throws IOException {
    assumeTrue(Fixtures.photos().isPresent(), "no photos beside the project");
    Path photos = Fixtures.photos().orElseThrow();
    String list = new String(Fixtures.bytes("photos_pillow.txt"), StandardCharsets.UTF_8);
    for (String line : list.lines().filter(l -> !l.startsWith("#")).toList()) {
      String[] fields = line.split(" ", 4);
      RgbImage image = ImageFile.read(photos.resolve(fields[3]));
      CRC32 crc = new CRC32();
      crc.update(image.toBytes());

      assertThat("%d %d %08x".formatted(image.width(), image.height(), crc.getValue()))
          .as(fields[3])
          .isEqualTo(String.join(" ", fields[0], fields[1], fields[2]));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"444", "progressive"})
  void everyTruncationIsRefused(String kind) {
    byte[] file = Fixtures.bytes("pillow/jpeg_" + kind + ".jpg");
    // A sequential file may lack its end marker, two bytes, and some bits of padding.
    int complete = kind.equals("progressive") ? file.length - 2 : file.length - 6;

    for (int length = 4; length < complete; length += 1 + length / 60) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> ImageFile.read(cut))
          .as("%d of %d bytes", length, file.length)
          .isInstanceOf(ImageFormatException.class)
          .hasMessageStartingWith("jpeg: ");
    }
  }

  @Test
  void aSequentialPictureMayLackItsEndMarker() throws IOException {
    byte[] file = Fixtures.bytes("pillow/jpeg_420.jpg");

    assertThat(ImageFile.read(Arrays.copyOf(file, file.length - 2)))
        .isEqualTo(Fixtures.image("pillow/jpeg_420_rgb.png"));
  }

  @Test
  void bytesBetweenSegmentsAreSkipped() throws IOException {
    byte[] file = Fixtures.bytes("pillow/jpeg_420.jpg");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(file, 0, 2);
    out.writeBytes(new byte[] {(byte) 0xff, (byte) 0xff}); // fill bytes
    out.write(file, 2, file.length - 2);

    assertThat(ImageFile.read(out.toByteArray()))
        .isEqualTo(Fixtures.image("pillow/jpeg_420_rgb.png"));
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource({
    "65535, 65535, at most 100 megapixels; got 65535 x 65535",
    "10000, 10000, pixels for 10000 x 10000; got a file of",
    "0, 20, at least 1 x 1 pixel; got 0 x 20"
  })
  void aLyingHeaderIsRefusedWithoutTakingMemory(int width, int height, String message) {
    byte[] file = Fixtures.bytes("pillow/jpeg_420.jpg");
    int sof = indexOf(file, 0xc0);
    file[sof + 5] = (byte) (height >> 8);
    file[sof + 6] = (byte) height;
    file[sof + 7] = (byte) (width >> 8);
    file[sof + 8] = (byte) width;

    assertThatThrownBy(() -> ImageFile.read(file))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageContaining(message);
  }

  @Test
  void endlessScansAreRefused() {
    byte[] file = Fixtures.bytes("pillow/jpeg_progressive.jpg");
    int sof = indexOf(file, 0xc2);
    Arrays.fill(file, sof + 5, sof + 9, (byte) 0x20); // 8224 x 8224
    int sos = indexOf(file, 0xda);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(file, 0, file.length - 2);
    for (int i = 0; i < 100; i++) {
      out.write(file, sos, 20);
    }

    assertThatThrownBy(() -> ImageFile.read(out.toByteArray()))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageContaining("at most 2000 million pixels over all scans; got 30 scans");
  }

  @ParameterizedTest(name = "process {0}")
  @ValueSource(ints = {0xc3, 0xc5, 0xc9, 0xca, 0xcf})
  void otherCodingProcessesAreNamed(int process) {
    byte[] file = Fixtures.bytes("pillow/jpeg_420.jpg");
    file[indexOf(file, 0xc0) + 1] = (byte) process;

    assertThatThrownBy(() -> ImageFile.read(file))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageContaining("got coding process %02X".formatted(process));
  }

  @ParameterizedTest
  @ValueSource(strings = {"420", "progressive", "cmyk", "grey"})
  void damagedBytesGiveAPictureOrAnError(String kind) {
    byte[] file = Fixtures.bytes("pillow/jpeg_" + kind + ".jpg");
    SplittableRandom random = new SplittableRandom(kind.hashCode());
    for (int round = 0; round < 300; round++) {
      byte[] damaged = file.clone();
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        damaged[3 + random.nextInt(file.length - 3)] = (byte) random.nextInt(256);
      }
      pictureOrError(damaged);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GIF89a, GIF",
    "BM6789, BMP",
    "RIFF1234WEBPVP8, WebP",
    "0000ftypheic, 'AVIF, HEIC or a video'",
    "MM\0*, TIFF",
    "plain text, neither",
    "'', an empty file"
  })
  void otherFormatsAreNamed(String head, String format) {
    assertThatThrownBy(() -> ImageFile.read(head.getBytes(StandardCharsets.ISO_8859_1)))
        .isInstanceOf(ImageFormatException.class)
        .hasMessage("image: a PNG or JPEG file; got " + format + " — convert it to PNG or JPEG");
  }

  @Test
  void theNameOfAFileDoesNotMatter(@org.junit.jupiter.api.io.TempDir Path directory)
      throws IOException {
    Path file = directory.resolve("photo.png");
    Files.write(file, Fixtures.bytes("pillow/jpeg_420.jpg"));

    assertThat(ImageFile.read(file)).isEqualTo(Fixtures.image("pillow/jpeg_420_rgb.png"));
  }

  static void pictureOrError(byte[] file) {
    try {
      RgbImage image = ImageFile.read(file);
      assertThat(image.toBytes()).hasSize(3 * image.width() * image.height());
    } catch (ImageFormatException e) {
      assertThat(e).hasMessageContaining("; got ");
    }
  }

  /** Where the first segment with this marker starts. */
  private static int indexOf(byte[] file, int marker) {
    for (int i = 2; i < file.length; i += 2 + (file[i + 2] & 0xff) * 256 + (file[i + 3] & 0xff)) {
      if ((file[i + 1] & 0xff) == marker) {
        return i;
      }
    }
    throw new AssertionError("no marker %02x".formatted(marker));
  }
}
