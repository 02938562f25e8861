package io.nextscale.tensor.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Reads the fields of a file one after the other, little-endian. Each step past the end of the part
 * it may read is a {@link FileFormatException}, before anything is allocated.
 */
final class Cursor {

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong BIG_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final String source;
  private final MemorySegment bytes;
  private final long end;
  private long position;

  /**
   * @param source the name of the file, for messages
   * @param from the first byte to read
   * @param to the byte after the last, at most the size of {@code bytes}
   */
  Cursor(String source, MemorySegment bytes, long from, long to) throws FileFormatException {
    this.source = source;
    this.bytes = bytes;
    if (from < 0 || to > bytes.byteSize() || from > to) {
      throw new FileFormatException(
          source,
          "positions within the " + bytes.byteSize() + " bytes of the file",
          "bytes " + from + " to " + to,
          "the file is damaged or incomplete: download it again");
    }
    this.end = to;
    this.position = from;
  }

  String source() {
    return source;
  }

  long position() {
    return position;
  }

  long remaining() {
    return end - position;
  }

  void skip(long count) throws FileFormatException {
    advance(count);
  }

  int u8() throws FileFormatException {
    return bytes.get(ValueLayout.JAVA_BYTE, advance(1)) & 0xff;
  }

  int u16() throws FileFormatException {
    return bytes.get(SHORT, advance(2)) & 0xffff;
  }

  int i32() throws FileFormatException {
    return bytes.get(INT, advance(4));
  }

  long u32() throws FileFormatException {
    return bytes.get(INT, advance(4)) & 0xffffffffL;
  }

  long i64() throws FileFormatException {
    return bytes.get(LONG, advance(8));
  }

  double bigEndianF64() throws FileFormatException {
    return Double.longBitsToDouble(bytes.get(BIG_LONG, advance(8)));
  }

  /** The next {@code count} bytes; a count beyond the end is refused before the array is made. */
  byte[] bytes(long count) throws FileFormatException {
    long from = advance(count);
    if (count > Integer.MAX_VALUE - 8) {
      throw refused("a field below 2 GiB", count + " bytes");
    }
    byte[] copy = new byte[(int) count];
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, from, copy, 0, copy.length);
    return copy;
  }

  /** The next {@code count} bytes as text. */
  String utf8(long count) throws FileFormatException {
    return Utf8.decode(source, bytes(count));
  }

  /** The text up to the next line feed, which is skipped; at most {@code longest} bytes. */
  String line(int longest) throws FileFormatException {
    long start = position;
    while (u8() != '\n') {
      if (position - start > longest) {
        throw refused("a line of at most " + longest + " bytes", "a longer one");
      }
    }
    int length = (int) (position - 1 - start);
    position = start;
    String line = utf8(length);
    position++;
    return line;
  }

  /** A refusal that says where in the file it happened. */
  FileFormatException refused(String expected, String got) {
    return new FileFormatException(
        source,
        expected,
        got + " at byte " + position,
        "the file is damaged or incomplete: download or save it again");
  }

  private long advance(long count) throws FileFormatException {
    if (count < 0 || count > end - position) {
      throw refused(count + " more bytes", "only " + (end - position));
    }
    long from = position;
    position += count;
    return from;
  }
}
