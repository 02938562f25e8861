package io.nextscale.tensor.io;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * The entries of a zip archive and where their bytes lie.
 *
 * <p>{@code torch.save} stores its entries uncompressed, so an entry is a range of the file. Sizes
 * are taken from the central directory at the end: local headers carry zeros there and leave the
 * sizes to a data descriptor behind the data. Files beyond 4 GiB, and entries beyond them, keep
 * their sizes and positions in zip64 fields.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">APPNOTE.TXT, 4.3</a>
 */
final class ZipDirectory {

  private static final int LOCAL_HEADER = 0x04034b50;
  private static final int CENTRAL_HEADER = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int END_64_LOCATOR = 0x07064b50;

  private static final int END_SIZE = 22;
  private static final int END_64_SIZE = 56;
  private static final int END_64_LOCATOR_SIZE = 20;
  private static final int MAX_COMMENT = 0xffff;
  private static final long IN_ZIP64 = 0xffffffffL;
  private static final int MAX_ENTRIES = 1_000_000;

  private static final int ENCRYPTED = 1;
  private static final int STORED = 0;

  /**
   * One entry.
   *
   * @param offset of its first byte in the file
   * @param method 0 when the bytes are stored as they are
   * @param crc32 of the bytes, 0 when it was not computed
   */
  record Entry(String name, long offset, long size, int method, int crc32) {

    /** The entry, when its bytes can be read in place. */
    Entry inPlace(String source) throws FileFormatException {
      if (method != STORED) {
        throw new FileFormatException(
            source,
            "entries stored without compression",
            "'" + FileFormatException.quote(name) + "' compressed by method " + method,
            "pack it again without compression (zip -0), or save it again");
      }
      return this;
    }

    Checksum checksum() {
      return new Checksum(name, offset, size, crc32);
    }
  }

  private final String source;
  private final MemorySegment file;
  private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();

  private ZipDirectory(String source, MemorySegment file) {
    this.source = source;
    this.file = file;
  }

  /** The entries by name, in the order of the directory. Folders are left out. */
  static SequencedMap<String, Entry> read(String source, MemorySegment file)
      throws FileFormatException {
    ZipDirectory directory = new ZipDirectory(source, file);
    directory.read();
    return directory.entries;
  }

  private void read() throws FileFormatException {
    long end = end();
    Cursor record = new Cursor(source, file, end + 4, end + END_SIZE);
    int disk = record.u16();
    int firstDisk = record.u16();
    record.skip(2);
    long count = record.u16();
    long size = record.u32();
    long offset = record.u32();
    long directoryEnd = end;

    long locator = end - END_64_LOCATOR_SIZE;
    if (locator >= 0 && new Cursor(source, file, locator, end).i32() == END_64_LOCATOR) {
      Cursor at = new Cursor(source, file, locator + 8, end);
      long end64 = at.i64();
      Cursor record64 = new Cursor(source, file, end64, locator);
      if (record64.remaining() < END_64_SIZE || record64.i32() != END_64) {
        throw damaged("a zip64 end record where the locator points", "something else");
      }
      record64.skip(20); // size of the record, versions, disks
      record64.skip(8); // entries on this disk
      count = record64.i64();
      size = record64.i64();
      offset = record64.i64();
      directoryEnd = end64;
    } else if (disk != 0 || firstDisk != 0) {
      throw damaged("a zip archive in one part", "part " + disk + " of several");
    }
    if (count < 0 || count > MAX_ENTRIES) {
      throw damaged("at most " + MAX_ENTRIES + " zip entries", count + "");
    }
    if (offset < 0 || size < 0 || offset > directoryEnd || size != directoryEnd - offset) {
      throw damaged(
          "the zip directory to end where its end record begins, at byte " + directoryEnd,
          size + " bytes from " + offset);
    }
    Cursor at = new Cursor(source, file, offset, directoryEnd);
    for (long i = 0; i < count; i++) {
      entry(at, offset);
    }
    if (at.remaining() != 0) {
      throw damaged(count + " zip entries", at.remaining() + " bytes more");
    }
  }

  /** The position of the end record: the last one whose comment reaches the end of the file. */
  private long end() throws FileFormatException {
    long size = file.byteSize();
    for (long at = size - END_SIZE; at >= 0 && at >= size - END_SIZE - MAX_COMMENT; at--) {
      Cursor record = new Cursor(source, file, at, size);
      if (record.i32() == END) {
        record.skip(END_SIZE - 6);
        if (record.u16() == record.remaining()) {
          return at;
        }
      }
    }
    throw damaged("a zip directory at the end", "none");
  }

  private void entry(Cursor at, long directory) throws FileFormatException {
    if (at.i32() != CENTRAL_HEADER) {
      throw damaged("a zip directory of headers", "something else");
    }
    at.skip(4); // versions
    int flags = at.u16();
    int method = at.u16();
    at.skip(4); // time and date
    int crc32 = at.i32();
    long packed = at.u32();
    long size = at.u32();
    int nameLength = at.u16();
    int extraLength = at.u16();
    int commentLength = at.u16();
    at.skip(2 + 2 + 4); // disk, attributes
    long header = at.u32();
    byte[] nameBytes = at.bytes(nameLength);
    Cursor extra = new Cursor(source, file, at.position(), at.position() + extraLength);
    at.skip(extraLength);
    at.skip(commentLength);

    // Fields that do not fit 32 bits are all ones; zip64 then holds them, in this order.
    boolean wide = size == IN_ZIP64 || packed == IN_ZIP64 || header == IN_ZIP64;
    while (wide && extra.remaining() >= 4) {
      int tag = extra.u16();
      int length = extra.u16();
      if (tag != 1) {
        extra.skip(length);
        continue;
      }
      size = size == IN_ZIP64 ? extra.i64() : size;
      packed = packed == IN_ZIP64 ? extra.i64() : packed;
      header = header == IN_ZIP64 ? extra.i64() : header;
      wide = false;
    }
    String name = Utf8.decode(source, nameBytes);
    if (wide || size < 0 || packed < 0 || header < 0 || header > directory) {
      throw damaged(
          "a size and position for entry '" + FileFormatException.quote(name) + "'", "none");
    }
    if ((flags & ENCRYPTED) != 0) {
      throw damaged("entries that are not encrypted", "'" + FileFormatException.quote(name) + "'");
    }
    if (name.endsWith("/")) {
      return;
    }
    long offset = data(name, nameBytes, header, directory);
    if (packed > directory - offset || (method == STORED && packed != size)) {
      throw damaged(
          "entry '" + FileFormatException.quote(name) + "' before the zip directory",
          packed + " bytes for " + size + " at " + offset);
    }
    if (entries.put(name, new Entry(name, offset, size, method, crc32)) != null) {
      throw damaged("entry names once", "'" + FileFormatException.quote(name) + "' twice");
    }
  }

  /** The data follow the local header, its name and its extra field (padding, for alignment). */
  private long data(String name, byte[] nameBytes, long header, long directory)
      throws FileFormatException {
    Cursor local = new Cursor(source, file, header, directory);
    boolean signed = local.i32() == LOCAL_HEADER;
    local.skip(22);
    int nameLength = local.u16();
    int extraLength = local.u16();
    if (!signed
        || nameLength != nameBytes.length
        || !Arrays.equals(local.bytes(nameLength), nameBytes)) {
      throw damaged(
          "a header for '" + FileFormatException.quote(name) + "' at byte " + header,
          "something else");
    }
    local.skip(extraLength);
    return local.position();
  }

  private FileFormatException damaged(String expected, String got) {
    return new FileFormatException(
        source, expected, got, "the file is damaged or incomplete: download or save it again");
  }
}
