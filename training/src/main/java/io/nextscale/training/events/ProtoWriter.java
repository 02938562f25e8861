package io.nextscale.training.events;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes a message of protocol buffers, field by field.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Protocol Buffers: Encoding</a>
 */
final class ProtoWriter {

  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private ProtoWriter tag(int field, int wire) {
    return varint((long) field << 3 | wire);
  }

  private ProtoWriter varint(long value) {
    while ((value & ~0x7fL) != 0) {
      out.write((int) (value & 0x7f | 0x80));
      value >>>= 7;
    }
    out.write((int) value);
    return this;
  }

  private ProtoWriter littleEndian(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> 8 * i));
    }
    return this;
  }

  /** An int32 or int64. */
  ProtoWriter integer(int field, long value) {
    return tag(field, VARINT).varint(value);
  }

  ProtoWriter real(int field, double value) {
    return tag(field, FIXED64).littleEndian(Double.doubleToRawLongBits(value), Double.BYTES);
  }

  ProtoWriter real(int field, float value) {
    return tag(field, FIXED32).littleEndian(Float.floatToRawIntBits(value), Float.BYTES);
  }

  ProtoWriter text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes, text in UTF-8, or a message. */
  ProtoWriter bytes(int field, byte[] value) {
    tag(field, BYTES).varint(value.length);
    out.writeBytes(value);
    return this;
  }

  byte[] toBytes() {
    return out.toByteArray();
  }
}
