package io.nextscale.tensor.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SequencedMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZipDirectoryTest {

  private static final byte[] HELLO = "hello".getBytes(UTF_8);
  private static final byte[] ONE_FLOAT = StoredZip.little(4).putFloat(7).array();

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sizesComeFromTheDirectoryAndNotFromTheLocalHeaders(boolean zip64) throws Exception {
    StoredZip zip = new StoredZip();
    zip.zip64 = zip64;
    byte[] file =
        zip.add("a/data.pkl", HELLO).add("a/ü", new byte[100]).add("a/", new byte[0]).end();
    SequencedMap<String, ZipDirectory.Entry> entries = read(file);
    assertThat(entries.keySet()).containsExactly("a/data.pkl", "a/ü"); // folders are left out
    ZipDirectory.Entry hello = entries.get("a/data.pkl");
    assertThat(hello.offset()).isEqualTo(64);
    assertThat(hello.size()).isEqualTo(5);
    assertThat(Arrays.copyOfRange(file, 64, 69)).isEqualTo(HELLO);
  }

  @Test
  void archivesOfOtherWritersRead() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setComment("a comment that looks like an end PK\5\6 of an archive");
      zip.putNextEntry(new ZipEntry("packed"));
      zip.write(HELLO);
      ZipEntry stored = new ZipEntry("stored");
      stored.setMethod(ZipEntry.STORED);
      stored.setSize(5);
      CRC32 crc = new CRC32();
      crc.update(HELLO);
      stored.setCrc(crc.getValue());
      zip.putNextEntry(stored);
      zip.write(HELLO);
    }
    byte[] file = out.toByteArray();
    SequencedMap<String, ZipDirectory.Entry> entries = read(file);
    ZipDirectory.Entry stored = entries.get("stored");
    assertThat(stored).isNotNull();
    int offset = (int) stored.inPlace("a").offset();
    assertThat(Arrays.copyOfRange(file, offset, offset + 5)).isEqualTo(HELLO);
    assertThatThrownBy(() -> entries.get("packed").inPlace("a.zip"))
        .hasMessage(
            "read a.zip: entries stored without compression; got 'packed' compressed by method 8"
                + " — pack it again without compression (zip -0), or save it again");
  }

  @Test
  void encryptedAndRepeatedEntriesAreRefused() {
    StoredZip encrypted = new StoredZip();
    encrypted.flags |= 1;
    refused(encrypted.add("x", HELLO).end(), "not encrypted");
    refused(new StoredZip().add("x", HELLO).add("x", HELLO).end(), "'x' twice");
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] file = new StoredZip().add("a/data.pkl", HELLO).add("b", HELLO).end();
    for (int length = 0; length < file.length; length++) {
      refused(Arrays.copyOf(file, length), "");
    }
    refused(Arrays.copyOf(file, file.length + 1), "a zip directory at the end");
  }

  @Test
  void directoriesThatLieAreRefused() {
    byte[] file = new StoredZip().add("x", HELLO).end();
    int end = file.length - 22;
    int central = end - 46 - 1;
    refused(with(file, end + 12, 48), "the zip directory to end"); // its size
    refused(with(file, end + 16, file.length), "the zip directory to end"); // its position
    refused(with(file, end + 8, 2 << 16 | 2), "more bytes"); // more entries than there are
    refused(with(file, end + 8, 0), "0 zip entries; got 47 bytes more");
    refused(with(file, end + 4, 1), "in one part");
    refused(with(file, central + 20, 1000), "before the zip directory"); // size of the entry
    refused(with(file, central + 24, 6), "before the zip directory"); // packed is not size
    refused(with(file, central + 42, 1), "a header for 'x'"); // position of the local header
    refused(with(file, central + 42, file.length), "a size and position for entry 'x'");
    refused(with(file, central + 42, -1), "a size and position for entry 'x'"); // no zip64 field
    refused(with(file, 26, 0), "a header for 'x'"); // the name there
    refused(with(file, central, 0), "a zip directory of headers");

    StoredZip wide = new StoredZip();
    wide.zip64 = true;
    byte[] file64 = wide.add("x", HELLO).end();
    int end64 = file64.length - 22 - 20 - 56;
    refused(with(file64, end64, 0), "zip64 end record");
    refused(with(file64, end64 + 56 + 8, 1 << 30), "positions within");
    refused(with(file64, end64 + 32 + 4, 1), "at most 1000000 zip entries");
    refused(with(file64, end64 + 40 + 4, -1), "the zip directory to end");
    refused(with(file64, end64 - 8 - 4, -1), "a size and position for entry 'x'"); // negative
  }

  @Test
  void changedBytesAreFoundByTheirChecksum() throws Exception {
    byte[] pickle = new Pickle().tensor("0", 1, 0, new long[] {1}, new long[] {1}).stop();
    byte[] file = StoredZip.checkpoint(pickle, ONE_FLOAT);
    int at = (int) read(file).get("archive/data/0").offset();
    file[at] ^= 1;
    try (TensorFile opened = Fixtures.open("a.pth", file)) {
      assertThat(opened.entries()).hasSize(1); // the directory is sound
      assertThatThrownBy(opened::only)
          .isInstanceOf(FileFormatException.class)
          .hasMessageMatching(
              "read a.pth: checksum [0-9a-f]{8} for 'archive/data/0'; got [0-9a-f]{8}"
                  + " — the file is damaged: download it again");
    }
    int inPickle = (int) read(file).get("archive/data.pkl").offset() + 40;
    file[inPickle] ^= 1;
    assertThatThrownBy(() -> Fixtures.open("a.pth", file)).hasMessageContaining("checksum");
  }

  @Test
  void checksumsThatWereNotComputedAreNotChecked() throws Exception {
    StoredZip zip = new StoredZip();
    zip.checksums = false;
    zip.add("a/data.pkl", new Pickle().tensor("0", 1, 0, new long[] {1}, new long[] {1}).stop());
    try (TensorFile file = Fixtures.open("a.pth", zip.add("a/data/0", ONE_FLOAT).end())) {
      assertThat(file.only().item()).isEqualTo(7);
    }
  }

  private static byte[] with(byte[] file, int at, int value) {
    byte[] changed = file.clone();
    MemorySegment.ofArray(changed)
        .set(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at, value);
    return changed;
  }

  private static SequencedMap<String, ZipDirectory.Entry> read(byte[] file) throws Exception {
    return ZipDirectory.read("a.zip", MemorySegment.ofArray(file));
  }

  private static void refused(byte[] file, String message) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith("read a.zip: ")
        .hasMessageContaining(message);
  }
}
