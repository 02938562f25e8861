package io.nextscale.data;

import static io.nextscale.data.Fixtures.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that were made to harm. */
class ZipTreeTest {

  private static final int CENTRAL = 0x02014b50;

  @TempDir Path temporary;

  private Path write(byte[] zip) throws IOException {
    return Files.write(temporary.resolve("a.zip"), zip);
  }

  private void refused(byte[] zip, String complaint) throws IOException {
    Path path = write(zip);
    assertThatThrownBy(() -> PictureSource.open(path))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith("read " + path + ": ")
        .hasMessageContaining(complaint);
  }

  /** Where the entry of a name begins in the central directory. */
  private static int central(byte[] zip, String name) {
    ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < zip.length - 46; i++) {
      if (bytes.getInt(i) == CENTRAL
          && new String(zip, i + 46, name.length(), StandardCharsets.UTF_8).equals(name)) {
        return i;
      }
    }
    throw new AssertionError("no entry " + name);
  }

  private static byte[] patched(byte[] zip, int at, int value, int width) {
    byte[] out = zip.clone();
    for (int i = 0; i < width; i++) {
      out[at + i] = (byte) (value >> 8 * i);
    }
    return out;
  }

  private static byte[] renamed(byte[] zip, String from, String to) {
    String text = new String(zip, StandardCharsets.ISO_8859_1);
    return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static final byte[] GOOD =
      Fixtures.zip(
          Map.of("class/a.png", Fixtures.png(1, 4, 4), "class/b.png", Fixtures.png(2, 4, 4)));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../a.png",
        "/lass/a.png",
        "cl\\ss/a.png",
        "c:ass/a.png",
        "class/..png",
        "class//.png"
      })
  void namesThatLeadOutAreRefused(String name) throws IOException {
    byte[] zip = renamed(GOOD, "class/a.png", name);
    if (name.equals("class/..png")) { // two points in a name are no step up
      try (PictureSource source = PictureSource.open(write(zip))) {
        assertThat(source.size()).isEqualTo(1);
      }
      return;
    }
    refused(zip, "entries with names inside the archive; got " + name);
  }

  @Test
  void anEntryThatIsThereTwiceIsRefused() throws IOException {
    refused(renamed(GOOD, "class/b.png", "class/a.png"), "each entry once; got class/a.png twice");
  }

  @Test
  void encryptedEntriesAreRefused() throws IOException {
    int flags = central(GOOD, "class/a.png") + 8;
    refused(patched(GOOD, flags, GOOD[flags] | 1, 2), "encrypted");
  }

  @Test
  void otherMethodsOfCompressionAreRefused() throws IOException {
    refused(patched(GOOD, central(GOOD, "class/a.png") + 10, 14, 2), "compression method: 14");
  }

  @Test
  void aBombIsNotInflated() throws IOException {
    Path path = write(Fixtures.zip(Map.of("a.png", new byte[PictureTree.MAX_PICTURE_BYTES + 1])));
    assertThat(Files.size(path)).isLessThan(1 << 17);
    try (PictureSource source = PictureSource.open(path)) {
      assertThatThrownBy(() -> source.get(0))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("a.png: at most 67108864 bytes; got 67108865");
    }
  }

  @Test
  void aBombThatLiesAboutItsSizeIsStopped() throws IOException {
    byte[] zip = Fixtures.zip(Map.of("a.png", new byte[1 << 20]));
    try (ZipTree tree = ZipTree.open(write(patched(zip, central(zip, "a.png") + 24, 5, 4)))) {
      assertThatThrownBy(() -> tree.read("a.png", 1000))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("at most 1000 bytes; got more");
      assertThatThrownBy(() -> tree.read("a.png", 1 << 21))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("5 bytes with checksum");
    }
  }

  @Test
  void aWrongChecksumIsSeen() throws IOException {
    byte[] zip = Fixtures.zip(Map.of("a.txt", text("captions")));
    int crc = central(zip, "a.txt") + 16;
    try (ZipTree tree = ZipTree.open(write(patched(zip, crc, 7, 4)))) {
      assertThatThrownBy(() -> tree.read("a.txt", 1000))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("8 bytes with checksum 7; got 8 with ");
    }
  }

  @Test
  void anEmptyArchiveHoldsNoPictures() throws IOException {
    refused(Fixtures.zip(Map.of()), "no picture among them");
  }
}
