package io.nextscale.tornado;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.spi.HostBuffer;

/** Small elements in words, the first in the lowest bits, and back. */
final class Packing {

  private Packing() {}

  static int[] pack(short[] values) {
    int[] words = new int[DeviceBuffer.words(DType.BF16, values.length)];
    for (int i = 0; i < values.length; i++) {
      words[i / 2] |= (values[i] & 0xffff) << (16 * (i % 2));
    }
    return words;
  }

  static int[] pack(byte[] values) {
    int[] words = new int[DeviceBuffer.words(DType.I8, values.length)];
    for (int i = 0; i < values.length; i++) {
      words[i / 4] |= (values[i] & 0xff) << (8 * (i % 4));
    }
    return words;
  }

  static short[] shorts(int[] words, int size) {
    short[] values = new short[size];
    for (int i = 0; i < size; i++) {
      values[i] = (short) (words[i / 2] >>> (16 * (i % 2)));
    }
    return values;
  }

  static byte[] bytes(int[] words, int size) {
    byte[] values = new byte[size];
    for (int i = 0; i < size; i++) {
      values[i] = (byte) (words[i / 4] >>> (8 * (i % 4)));
    }
    return values;
  }

  /** Row-major storage in the stored type. */
  static HostBuffer plain(HostBuffer buffer) {
    return buffer instanceof HostBuffer.Packed packed ? packed.unpacked() : buffer;
  }
}
