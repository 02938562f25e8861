package io.nextscale.tensor.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/**
 * Writes zip archives as {@code torch.save} does: entries stored, padded by an extra field so that
 * data begin at multiples of 64 bytes, with sizes in the directory and in a data descriptor only.
 */
final class StoredZip {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
  private int entries;

  /** Changes to what the next entries say of themselves. */
  int method = 0;

  int flags = 0x0808;
  boolean zip64 = false;
  boolean checksums = true;

  /** A checkpoint of one pickle and storages {@code 0}, {@code 1}, …. */
  static byte[] checkpoint(byte[] pickle, byte[]... storages) {
    StoredZip zip = new StoredZip().add("archive/data.pkl", pickle);
    for (int i = 0; i < storages.length; i++) {
      zip.add("archive/data/" + i, storages[i]);
    }
    return zip.add("archive/version", "3\n".getBytes(UTF_8)).end();
  }

  StoredZip add(String name, byte[] data) {
    byte[] nameBytes = name.getBytes(UTF_8);
    int header = out.size();
    int padding = Math.floorMod(-(header + 30 + nameBytes.length + 4), 64);
    local(nameBytes, padding);
    out.writeBytes(data);
    CRC32 crc = new CRC32();
    crc.update(data);
    int sum = checksums ? (int) crc.getValue() : 0;
    descriptor(sum, data.length);
    central(nameBytes, sum, data.length, header);
    return this;
  }

  private void local(byte[] name, int padding) {
    out.writeBytes(
        little(30 + 4 + name.length + padding)
            .putInt(0x04034b50)
            .putShort((short) 0)
            .putShort((short) flags)
            .putShort((short) method)
            .putInt(0)
            .putInt(0) // CRC and sizes: in the descriptor
            .putInt(0)
            .putInt(0)
            .putShort((short) name.length)
            .putShort((short) (4 + padding))
            .put(name)
            .putShort((short) 0x4246) // "FB", as PyTorch names its padding
            .putShort((short) padding)
            .array());
  }

  private void descriptor(int crc, int size) {
    out.writeBytes(little(16).putInt(0x08074b50).putInt(crc).putInt(size).putInt(size).array());
  }

  private void central(byte[] name, int crc, long size, long header) {
    int extra = zip64 ? 4 + 24 : 0;
    ByteBuffer record =
        little(46 + name.length + extra)
            .putInt(0x02014b50)
            .putInt(0)
            .putShort((short) flags)
            .putShort((short) method)
            .putInt(0)
            .putInt(crc)
            .putInt(zip64 ? -1 : (int) size)
            .putInt(zip64 ? -1 : (int) size)
            .putShort((short) name.length)
            .putShort((short) extra)
            .putShort((short) 0)
            .putLong(0)
            .putInt(zip64 ? -1 : (int) header)
            .put(name);
    if (zip64) {
      record.putShort((short) 1).putShort((short) 24).putLong(size).putLong(size).putLong(header);
    }
    directory.writeBytes(written(record));
    entries++;
  }

  byte[] end() {
    int offset = out.size();
    out.writeBytes(directory.toByteArray());
    out.writeBytes(end(entries, directory.size(), offset, zip64));
    return out.toByteArray();
  }

  /** The records that end an archive. */
  static byte[] end(long entries, long size, long offset, boolean zip64) {
    ByteBuffer end = little((zip64 ? 56 + 20 : 0) + 22);
    if (zip64) {
      end.putInt(0x06064b50)
          .putLong(44)
          .putInt(0)
          .putLong(0)
          .putLong(entries)
          .putLong(entries)
          .putLong(size)
          .putLong(offset);
      end.putInt(0x07064b50).putInt(0).putLong(offset + size).putInt(1);
    }
    end.putInt(0x06054b50)
        .putInt(0)
        .putShort(zip64 ? -1 : (short) entries)
        .putShort(zip64 ? -1 : (short) entries)
        .putInt(zip64 ? -1 : (int) size)
        .putInt(zip64 ? -1 : (int) offset)
        .putShort((short) 0);
    return written(end);
  }

  /** The bytes put into a buffer. */
  static byte[] written(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }

  static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
