package uk.ac.manchester.tornado.cublas.provider;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** How numbers are stored, and to what they are rounded before they are multiplied. */
enum Numbers {
  F32(Float.BYTES),
  /** Stored as floats; ten bits of the fraction count, the nearest, ties away from zero. */
  TF32(Float.BYTES),
  F16(Short.BYTES),
  BF16(Short.BYTES);

  private static final int LOST_BITS = 13;

  final int bytes;

  Numbers(int bytes) {
    this.bytes = bytes;
  }

  float get(MemorySegment from, long index) {
    long at = index * bytes;
    return switch (this) {
      case F32 -> from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
      case TF32 -> tensorFloat(from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at));
      case F16 -> Float.float16ToFloat(from.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
      case BF16 -> Float.intBitsToFloat(from.get(ValueLayout.JAVA_SHORT_UNALIGNED, at) << 16);
    };
  }

  void set(MemorySegment to, long index, float value) {
    long at = index * bytes;
    switch (this) {
      case F32, TF32 -> to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, value);
      case F16 -> to.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16(value));
      case BF16 -> to.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, brain(value));
    }
  }

  private static float tensorFloat(float value) {
    int half = 1 << (LOST_BITS - 1);
    return Float.isFinite(value)
        ? Float.intBitsToFloat(Float.floatToRawIntBits(value) + half & -1 << LOST_BITS)
        : value;
  }

  /** The upper half of a float, the nearest, ties to even. */
  private static short brain(float value) {
    int bits = Float.floatToIntBits(value);
    int half = 0x7fff + (bits >> 16 & 1);
    return (short) (Float.isFinite(value) ? bits + half >> 16 : bits >> 16);
  }
}
