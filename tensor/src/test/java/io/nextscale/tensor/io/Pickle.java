package io.nextscale.tensor.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes pickles opcode by opcode, the honest ones and the others. */
final class Pickle {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Begins with the opcode PROTO 2. */
  Pickle() {
    op(0x80, 2);
  }

  byte[] stop() {
    op('.');
    return out.toByteArray();
  }

  Pickle op(int... codes) {
    for (int code : codes) {
      out.write(code);
    }
    return this;
  }

  Pickle global(String module, String name) {
    out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(UTF_8));
    return this;
  }

  Pickle text(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    op('X').int32(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  /** Bytes as they are. */
  Pickle raw(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  Pickle raw(String ascii) {
    return raw(ascii.getBytes(UTF_8));
  }

  Pickle int32(int value) {
    return raw(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  Pickle int64(long value) {
    return raw(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }

  Pickle number(long value) {
    if (value == (int) value) {
      return op('J').int32((int) value);
    }
    return op(0x8a, 8).int64(value);
  }

  Pickle real(double value) {
    return op('G').raw(ByteBuffer.allocate(8).putDouble(value).array());
  }

  /** LONG1: two's complement, least byte first. */
  Pickle big(BigInteger value) {
    byte[] bytes = value.toByteArray();
    op(0x8a, bytes.length);
    for (int i = bytes.length - 1; i >= 0; i--) {
      op(bytes[i]);
    }
    return this;
  }

  /** A tuple of numbers. */
  Pickle tuple(long... values) {
    op('(');
    for (long value : values) {
      number(value);
    }
    return op('t');
  }

  /** A storage as {@code torch.save} names it. */
  Pickle storage(String type, String key, long size) {
    return op('(')
        .text("storage")
        .global("torch", type)
        .text(key)
        .text("cpu")
        .number(size)
        .op('t', 'Q');
  }

  /** A tensor of F32 that looks at a storage. */
  Pickle tensor(String key, long size, long first, long[] extents, long[] strides) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .op('(')
        .storage("FloatStorage", key, size)
        .number(first)
        .tuple(extents)
        .tuple(strides)
        .op(0x89, '}', 't', 'R');
  }
}
