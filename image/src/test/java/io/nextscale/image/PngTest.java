package io.nextscale.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PngTest {

  @TempDir Path directory;

  @ParameterizedTest(name = "{0} x {1}")
  @CsvSource({"1,1", "1,2", "2,1", "3,3", "17,5", "64,64", "255,257", "1,3000", "3000,1"})
  void anImageComesBackAsItWas(int height, int width) throws IOException {
    for (int seed = 0; seed < 4; seed++) {
      RgbImage image = Fixtures.random(seed, height, width);
      byte[] file = Png.encode(image, List.of());

      assertThat(Png.decode(file)).as("seed %d", seed).isEqualTo(image);
      assertThat(imageIo(file)).as("seed %d", seed).isEqualTo(image);
    }
  }

  @Test
  void manyChunksOfPixelsComeBack() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    byte[] noise = new byte[3 * 300 * 300];
    random.nextBytes(noise);
    RgbImage image = RgbImage.of(noise, 300, 300);
    byte[] file = Png.encode(image, List.of());

    assertThat(file.length).isGreaterThan(4 << 16);
    assertThat(Png.decode(file)).isEqualTo(image);
    assertThat(imageIo(file)).isEqualTo(image);
  }

  @Test
  void aSmoothImageIsSmall() {
    byte[] rgb = new byte[3 * 256 * 256];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i / 3 % 256 / 2 + i / 768 / 2);
    }

    // Without predictors the same picture takes over ten times as much.
    assertThat(Png.encode(RgbImage.of(rgb, 256, 256), List.of())).hasSizeLessThan(3_000);
  }

  @Test
  void textsComeBackInOrder() throws IOException {
    List<PngText> texts =
        List.of(
            new PngText("parameters", "class 207\nSeed: 42, CFG scale: 1.5"),
            new PngText("Größe", "256 × 256"),
            new PngText("nextscale", "{\"class\":\"golden retriever\",\"日本\":\"🐕\"}"),
            new PngText("empty", ""),
            new PngText("parameters", "again"));
    byte[] file = Png.encode(Fixtures.random(1, 5, 7), texts);

    assertThat(Png.texts(file)).isEqualTo(texts);
    assertThat(Png.text(Png.texts(file), "parameters"))
        .contains("class 207\nSeed: 42, CFG scale: 1.5");
    assertThat(Png.text(Png.texts(file), "Parameters")).isEmpty();
    assertThat(chunkTypes(file))
        .containsExactly("IHDR", "tEXt", "tEXt", "iTXt", "tEXt", "tEXt", "IDAT", "IEND");
    assertThat(Png.decode(file)).isEqualTo(Fixtures.random(1, 5, 7));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " a", "a ", "a  b", "a\nb", "日本", "a\u00a0b", "a\0b"})
  void aKeywordThatPngCannotHoldIsRefused(String keyword) {
    assertThatThrownBy(() -> new PngText(keyword, "text"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("png text: a keyword of 1 to 79 printable Latin-1 characters");
  }

  @Test
  void aTextThatPngCannotHoldIsRefused() {
    assertThatThrownBy(() -> new PngText("a", "x\0y")).hasMessageContaining("without U+0000");
    assertThatThrownBy(() -> new PngText("a", "x\ud800")).hasMessageContaining("surrogates");
    assertThatThrownBy(() -> new PngText("a".repeat(80), "x"))
        .hasMessageContaining("80 characters");
    assertThat(new PngText("a".repeat(79), "x").keyword()).hasSize(79);
  }

  @Test
  void aFileIsWrittenCompleteOverAnOlderOne() throws IOException {
    Path file = directory.resolve("out.png");
    Files.writeString(file, "older");
    RgbImage image = Fixtures.random(1, 5, 7);

    Png.write(file, image, List.of(new PngText("a", "b")));

    assertThat(ImageFile.read(file)).isEqualTo(image);
    assertThat(Png.texts(file)).containsExactly(new PngText("a", "b"));
    assertThat(Files.list(directory)).containsExactly(file);
  }

  @Test
  void aLinkIsFollowed() throws IOException {
    Path target = directory.resolve("real.png");
    Files.writeString(target, "older");
    Path link = Files.createSymbolicLink(directory.resolve("link.png"), target);

    Png.write(link, Fixtures.random(1, 5, 7), List.of());

    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(ImageFile.read(target)).isEqualTo(Fixtures.random(1, 5, 7));
  }

  @Test
  void aMissingDirectoryIsNamed() {
    Path file = directory.resolve("missing/out.png");

    assertThatThrownBy(() -> Png.write(file, Fixtures.random(1, 5, 7), List.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("an existing directory; got " + directory.resolve("missing"));
  }

  @Test
  void anErrorNamesTheFile() throws IOException {
    Path file = directory.resolve("cut.png");
    byte[] png = Png.encode(Fixtures.random(1, 50, 70), List.of());
    Files.write(file, java.util.Arrays.copyOf(png, png.length / 2));

    assertThatThrownBy(() -> ImageFile.read(file))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageStartingWith("read " + file + ": a complete file; got its end in or after IDAT");
    assertThatThrownBy(() -> Png.texts(file))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageStartingWith("read " + file + ": a complete file; got its end in or after IDAT");
  }

  static RgbImage imageIo(byte[] file) throws IOException {
    var image = ImageIO.read(new ByteArrayInputStream(file));
    byte[] rgb = new byte[3 * image.getWidth() * image.getHeight()];
    for (int i = 0; i < rgb.length / 3; i++) {
      int pixel = image.getRGB(i % image.getWidth(), i / image.getWidth());
      rgb[3 * i] = (byte) (pixel >> 16);
      rgb[3 * i + 1] = (byte) (pixel >> 8);
      rgb[3 * i + 2] = (byte) pixel;
    }
    return RgbImage.of(rgb, image.getHeight(), image.getWidth());
  }

  static List<String> chunkTypes(byte[] file) throws IOException {
    PngChunks chunks = new PngChunks(new ByteArrayInputStream(file));
    List<String> types = new java.util.ArrayList<>();
    do {
      types.add(chunks.next());
      chunks.finish();
    } while (!chunks.type().equals("IEND"));
    return types;
  }
}
