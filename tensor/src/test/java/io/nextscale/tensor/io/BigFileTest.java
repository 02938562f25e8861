package io.nextscale.tensor.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files beyond 4 GiB: mostly holes, which take no space on the disk. */
class BigFileTest {

  /** Bytes of the tensor in the way: more than 32 bits count. */
  private static final long HOLE = (1L << 32) + (1L << 28);

  private static final byte[] TWO_FLOATS = StoredZip.little(8).putFloat(3).putFloat(4).array();

  @TempDir Path folder;

  @Test
  void checkpointsBeyondFourGibibytesRead() throws Exception {
    long elements = HOLE / 4;
    Pickle pickle = new Pickle().op('}').text("big");
    pickle.tensor("0", elements, 0, new long[] {2, elements / 2}, new long[] {elements / 2, 1});
    pickle.op('s').text("part").tensor("1", 2, 1, new long[] {1}, new long[] {1});
    pickle
        .op('s')
        .text("huge")
        .tensor("0", elements, 0, new long[] {elements, 2}, new long[] {1, 0});
    byte[] data = pickle.op('s').stop();
    Path path = folder.resolve("big.pth");
    try (FileChannel out =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      Archive zip = new Archive(out);
      zip.add("big/data.pkl", data, data.length);
      zip.add("big/data/0", new byte[0], HOLE);
      zip.add("big/data/1", TWO_FLOATS, TWO_FLOATS.length);
      zip.end();
    } catch (IOException e) {
      assumeTrue(false, "no file of " + HOLE + " bytes here: " + e.getMessage());
    }
    assertThat(Files.size(path)).isGreaterThan(HOLE);
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.entries().get("big"))
          .isEqualTo(new Entry("big", ElementType.F32, List.of(2L, elements / 2), false));
      assertThat(file.load("part").item()).isEqualTo(4);
      // More elements than an array has, and more bytes than the heap: said, not tried.
      assertThatThrownBy(() -> file.load("huge"))
          .isInstanceOf(FileFormatException.class)
          .hasMessageMatching("read big.pth: (memory for|tensor) .*huge.*");
    }
  }

  @Test
  void safetensorsBeyondFourGibibytesRead() throws Exception {
    String header =
        "{\"big\":{\"dtype\":\"U8\",\"shape\":["
            + HOLE
            + "],\"data_offsets\":[0,"
            + HOLE
            + "]},"
            + "\"after\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":["
            + HOLE
            + ","
            + (HOLE + 8)
            + "]}}";
    byte[] start = SafetensorsTest.file(header, new byte[0]);
    Path path = folder.resolve("big.safetensors");
    try (FileChannel out =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      out.write(ByteBuffer.wrap(start), 0);
      out.write(ByteBuffer.wrap(TWO_FLOATS), start.length + HOLE);
    } catch (IOException e) {
      assumeTrue(false, "no file of " + HOLE + " bytes here: " + e.getMessage());
    }
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.load("after").toArray()).containsExactly(3, 4);
      assertThatThrownBy(() -> file.load("big"))
          .isInstanceOf(FileFormatException.class)
          .hasMessageMatching("read big.safetensors: (memory for tensor|tensor) 'big'.*");
      long[] copied = {0};
      file.copy("after", chunk -> copied[0] += chunk.remaining());
      assertThat(copied[0]).isEqualTo(8);
    }
  }

  /** A zip64 archive as PyTorch writes it beyond 4 GiB, with data that may be a hole. */
  private static final class Archive {
    private final FileChannel out;
    private final List<byte[]> directory = new ArrayList<>();
    private long at;

    Archive(FileChannel out) {
      this.out = out;
    }

    void add(String name, byte[] data, long size) throws IOException {
      long header = at;
      byte[] nameBytes = name.getBytes(UTF_8);
      put(
          StoredZip.little(30 + nameBytes.length)
              .putInt(0x04034b50)
              .putShort((short) 0)
              .putShort((short) 0x0808)
              .putShort((short) 0)
              .putLong(0)
              .putLong(0)
              .putShort((short) nameBytes.length)
              .putShort((short) 0)
              .put(nameBytes)
              .array());
      out.write(ByteBuffer.wrap(data), at);
      at += size;
      CRC32 crc = new CRC32();
      crc.update(data); // of a hole nothing: its checksum is not looked at here
      put(StoredZip.little(24).putInt(0x08074b50).putInt(0).putLong(size).putLong(size).array());
      directory.add(
          StoredZip.little(46 + nameBytes.length + 28)
              .putInt(0x02014b50)
              .putInt(0)
              .putShort((short) 0x0808)
              .putShort((short) 0)
              .putInt(0)
              .putInt((int) crc.getValue())
              .putInt(-1)
              .putInt(-1)
              .putShort((short) nameBytes.length)
              .putShort((short) 28)
              .putShort((short) 0)
              .putLong(0)
              .putInt(-1)
              .put(nameBytes)
              .putShort((short) 1)
              .putShort((short) 24)
              .putLong(size)
              .putLong(size)
              .putLong(header)
              .array());
    }

    void end() throws IOException {
      ByteArrayOutputStream records = new ByteArrayOutputStream();
      directory.forEach(records::writeBytes);
      long offset = at;
      put(records.toByteArray());
      put(StoredZip.end(directory.size(), records.size(), offset, true));
    }

    private void put(byte[] bytes) throws IOException {
      out.write(ByteBuffer.wrap(bytes), at);
      at += bytes.length;
    }
  }
}
