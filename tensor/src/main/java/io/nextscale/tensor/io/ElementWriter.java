package io.nextscale.tensor.io;

import io.nextscale.tensor.spi.HostBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Turns arrays into little-endian bytes, a chunk at a time. */
final class ElementWriter {

  private static final int CHUNK = 1 << 20;

  private ElementWriter() {}

  /** Puts elements {@code from .. to-1} at the beginning of a chunk. */
  @FunctionalInterface
  private interface Put {
    void put(ByteBuffer chunk, int from, int to);
  }

  /**
   * Writes all elements as {@code type}.
   *
   * @throws IllegalArgumentException when the array is of another kind, or an integer does not fit
   */
  static void write(String name, ElementType type, HostBuffer buffer, TensorFile.ByteSink sink)
      throws IOException {
    Put put =
        switch (buffer) {
          case HostBuffer.F32(float[] x) when type == ElementType.F32 ->
              (chunk, from, to) -> chunk.asFloatBuffer().put(x, from, to - from);
          case HostBuffer.F16(short[] x) when type == ElementType.F16 ->
              (chunk, from, to) -> chunk.asShortBuffer().put(x, from, to - from);
          case HostBuffer.BF16(short[] x) when type == ElementType.BF16 ->
              (chunk, from, to) -> chunk.asShortBuffer().put(x, from, to - from);
          case HostBuffer.I8(byte[] x, float[] scale) when type == ElementType.I8 ->
              (chunk, from, to) -> chunk.put(0, x, from, to - from);
          case HostBuffer.I32(int[] x) when type == ElementType.I32 ->
              (chunk, from, to) -> chunk.asIntBuffer().put(x, from, to - from);
          case HostBuffer.I32(int[] x) -> integers(name, type, x);
          default ->
              throw new IllegalArgumentException(
                  "write " + name + ": " + type + " as announced; got " + buffer.type());
        };
    int perChunk = CHUNK / type.sizeBytes();
    int size = buffer.size();
    ByteBuffer chunk =
        ByteBuffer.allocate(Math.min(size, perChunk) * type.sizeBytes())
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < size; from += perChunk) {
      int to = Math.min(size, from + perChunk);
      chunk.clear();
      put.put(chunk, from, to);
      sink.accept(chunk.position(0).limit((to - from) * type.sizeBytes()));
    }
  }

  /** Integers of another width, each checked. */
  private static Put integers(String name, ElementType type, int[] x) {
    long least =
        switch (type) {
          case I64 -> Integer.MIN_VALUE;
          case I16 -> Short.MIN_VALUE;
          case I8 -> Byte.MIN_VALUE;
          case U64, U32, U16, U8, BOOL -> 0;
          default ->
              throw new IllegalArgumentException(
                  "write " + name + ": " + type + " as announced; got I32");
        };
    long most =
        switch (type) {
          case I16 -> Short.MAX_VALUE;
          case I8 -> Byte.MAX_VALUE;
          case U16 -> 0xffff;
          case U8 -> 0xff;
          case BOOL -> 1;
          default -> Integer.MAX_VALUE;
        };
    return (chunk, from, to) -> {
      for (int i = from; i < to; i++) {
        if (x[i] < least || x[i] > most) {
          throw new IllegalArgumentException(
              "write "
                  + name
                  + ": integers of "
                  + least
                  + " to "
                  + most
                  + " for "
                  + type
                  + "; got "
                  + x[i]);
        }
        switch (type.sizeBytes()) {
          case 8 -> chunk.putLong(x[i]);
          case 4 -> chunk.putInt(x[i]);
          case 2 -> chunk.putShort((short) x[i]);
          default -> chunk.put((byte) x[i]);
        }
      }
    };
  }
}
