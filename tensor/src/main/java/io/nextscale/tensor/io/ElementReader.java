package io.nextscale.tensor.io;

import io.nextscale.tensor.spi.HostBuffer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Copies the elements of one tensor out of a mapped file, in row-major order: to an array of the
 * type it is loaded as, or byte for byte.
 *
 * <p>A layout is a list of runs, each a number of elements at a constant stride. A contiguous
 * tensor is a single run and is copied in bulk.
 */
final class ElementReader {

  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Bytes handed on at a time when a tensor is copied without being loaded. */
  static final int CHUNK = 1 << 20;

  private final String source;
  private final String name;
  private final MemorySegment file;
  private final Stored stored;
  private final int width;

  ElementReader(String source, String name, MemorySegment file, Stored stored) {
    this.source = source;
    this.name = name;
    this.file = file;
    this.stored = stored;
    this.width = stored.type().sizeBytes();
  }

  /** The elements in the type they are loaded as: see {@link ElementType#dtype}. */
  HostBuffer load() throws IOException {
    int size = (int) stored.elements();
    return switch (stored.type()) {
      case F32 -> new HostBuffer.F32(floats(size));
      case F16 -> new HostBuffer.F16(shorts(size));
      case BF16 -> new HostBuffer.BF16(shorts(size));
      case F64 -> new HostBuffer.F32(rounded(size));
      case I64, I32, I16, I8, U64, U32, U16, U8, BOOL -> new HostBuffer.I32(integers(size));
      case F8_E4M3, F8_E5M2, F8_E8M0, C64, C128 ->
          throw new FileFormatException(
              source,
              "tensor '"
                  + FileFormatException.quote(name)
                  + "' in a type that can be computed with",
              stored.type().name(),
              "save it as F32, F16 or BF16");
    };
  }

  /** The elements as stored bytes, {@link ElementType#I8}. */
  byte[] loadBytes() throws IOException {
    byte[] values = new byte[(int) stored.elements()];
    runs((at, stride, count, to) -> {
      if (stride == 1) {
        MemorySegment.copy(file, BYTE, at, values, to, (int) count);
      } else {
        for (int i = 0; i < count; i++) {
          values[to + i] = file.get(BYTE, at + i * stride);
        }
      }
    });
    return values;
  }

  private float[] floats(int size) throws IOException {
    float[] values = new float[size];
    runs((at, stride, count, to) -> {
      if (stride == 1) {
        MemorySegment.copy(file, FLOAT, at, values, to, (int) count);
      } else {
        for (int i = 0; i < count; i++) {
          values[to + i] = file.get(FLOAT, at + i * stride * 4);
        }
      }
    });
    return values;
  }

  private short[] shorts(int size) throws IOException {
    short[] values = new short[size];
    runs((at, stride, count, to) -> {
      if (stride == 1) {
        MemorySegment.copy(file, SHORT, at, values, to, (int) count);
      } else {
        for (int i = 0; i < count; i++) {
          values[to + i] = file.get(SHORT, at + i * stride * 2);
        }
      }
    });
    return values;
  }

  private float[] rounded(int size) throws IOException {
    float[] values = new float[size];
    runs((at, stride, count, to) -> {
      for (int i = 0; i < count; i++) {
        values[to + i] = (float) file.get(DOUBLE, at + i * stride * 8);
      }
    });
    return values;
  }

  private int[] integers(int size) throws IOException {
    int[] values = new int[size];
    runs((at, stride, count, to) -> {
      if (stride == 1 && stored.type() == ElementType.I32) {
        MemorySegment.copy(file, INT, at, values, to, (int) count);
      } else {
        for (int i = 0; i < count; i++) {
          values[to + i] = integer(at + i * stride * width, to + i);
        }
      }
    });
    return values;
  }

  private int integer(long at, int index) throws IOException {
    return switch (stored.type()) {
      case I64 -> fitting(file.get(LONG, at), index);
      case U64 -> {
        long value = file.get(LONG, at);
        if (value < 0) {
          throw tooLarge(Long.toUnsignedString(value), index);
        }
        yield fitting(value, index);
      }
      case U32 -> fitting(file.get(INT, at) & 0xffffffffL, index);
      case I16 -> file.get(SHORT, at);
      case U16 -> file.get(SHORT, at) & 0xffff;
      case I8 -> file.get(BYTE, at);
      case U8 -> file.get(BYTE, at) & 0xff;
      case BOOL -> file.get(BYTE, at) == 0 ? 0 : 1;
      default -> file.get(INT, at);
    };
  }

  private int fitting(long value, int index) throws IOException {
    if (value != (int) value) {
      throw tooLarge(Long.toString(value), index);
    }
    return (int) value;
  }

  private FileFormatException tooLarge(String value, int index) {
    return new FileFormatException(
        source,
        "tensor '" + FileFormatException.quote(name) + "' with integers of 32 bits",
        value + " at element " + index,
        "integers are indices here: save such a tensor as F32 or F64");
  }

  /** Hands on the bytes of all elements, row-major, in chunks of at most {@link #CHUNK} bytes. */
  void copy(TensorFile.ByteSink sink) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, stored.elements() * width));
    MemorySegment out = MemorySegment.ofBuffer(chunk);
    runs((at, stride, count, to) -> {
      long done = 0;
      while (done < count) {
        if (chunk.remaining() < width) {
          flush(chunk, sink);
        }
        long fits = Math.min(count - done, chunk.remaining() / width);
        long from = at + done * stride * width;
        if (stride == 1) {
          MemorySegment.copy(file, from, out, chunk.position(), fits * width);
        } else {
          for (long i = 0; i < fits; i++) {
            MemorySegment.copy(
                file, from + i * stride * width, out, chunk.position() + i * width, width);
          }
        }
        chunk.position(chunk.position() + (int) fits * width);
        done += fits;
      }
    });
    flush(chunk, sink);
  }

  private static void flush(ByteBuffer chunk, TensorFile.ByteSink sink) throws IOException {
    chunk.flip();
    if (chunk.hasRemaining()) {
      sink.accept(chunk.asReadOnlyBuffer());
    }
    chunk.clear();
  }

  /** {@code count} elements: the first at byte {@code at}, each {@code stride} elements on. */
  @FunctionalInterface
  private interface Run {
    void accept(long at, long stride, long count, int to) throws IOException;
  }

  /** Walks the runs in row-major order; {@code to} counts elements and wraps beyond 2^31. */
  private void runs(Run run) throws IOException {
    if (stored.elements() == 0) {
      return;
    }
    // Axes of one element vanish, and an axis whose steps continue those of the next joins it.
    int rank = 0;
    long[] extents = new long[stored.extents().size()];
    long[] strides = new long[extents.length];
    for (int axis = 0; axis < extents.length; axis++) {
      long extent = stored.extents().get(axis);
      long stride = stored.strides().get(axis);
      if (extent == 1) {
        continue;
      }
      if (rank > 0 && strides[rank - 1] == extent * stride) {
        extents[rank - 1] *= extent;
        strides[rank - 1] = stride;
      } else {
        extents[rank] = extent;
        strides[rank] = stride;
        rank++;
      }
    }
    long count = rank == 0 ? 1 : extents[rank - 1];
    long stride = rank == 0 ? 1 : strides[rank - 1];
    long[] index = new long[Math.max(0, rank - 1)];
    long at = stored.offset();
    long to = 0;
    while (true) {
      run.accept(at, stride, count, (int) to);
      to += count;
      int axis = index.length - 1;
      while (axis >= 0 && ++index[axis] == extents[axis]) {
        at -= (extents[axis] - 1) * strides[axis] * width;
        index[axis--] = 0;
      }
      if (axis < 0) {
        return;
      }
      at += strides[axis] * width;
    }
  }
}
