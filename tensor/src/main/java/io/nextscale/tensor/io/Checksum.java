package io.nextscale.tensor.io;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32;

/**
 * The CRC-32 that a zip directory records for the bytes of an entry. It finds what no check of the
 * structure can: weights that changed on a disk or on the way.
 *
 * @param crc32 0 when the writer did not compute it, as PyTorch may be told to
 */
record Checksum(String entry, long offset, long size, int crc32) {

  private static final long CHUNK = 64L << 20;

  void verify(String source, MemorySegment file) throws FileFormatException {
    if (crc32 == 0) {
      return;
    }
    CRC32 sum = new CRC32();
    for (long done = 0; done < size; done += CHUNK) {
      sum.update(file.asSlice(offset + done, Math.min(CHUNK, size - done)).asByteBuffer());
    }
    if ((int) sum.getValue() != crc32) {
      throw new FileFormatException(
          source,
          String.format("checksum %08x for '%s'", crc32, FileFormatException.quote(entry)),
          String.format("%08x", sum.getValue()),
          "the file is damaged: download it again");
    }
  }
}
