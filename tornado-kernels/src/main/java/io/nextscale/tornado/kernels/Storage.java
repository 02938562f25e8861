package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * How weights are stored: floats one by one in {@code memory}, 16-bit types two and bytes four to a
 * word of {@code words}, the first in the lowest bits.
 *
 * <p>TornadoVM 5.2 does not compile the reinterpretation of bits as a float anywhere but directly
 * in a write, so the 16-bit types are taken apart: a fraction times a power of two from a table at
 * the start of {@code memory}.
 */
public final class Storage {

  /** Floats. */
  public static final int F32 = 0;

  /** The upper halves of floats. */
  public static final int BF16 = 1;

  /** IEEE binary16. */
  public static final int F16 = 2;

  /** Signed bytes, to be multiplied with the factor of their row. */
  public static final int I8 = 3;

  /** Entries of the table of powers of two; entry e is 2^(e − 134), the last one infinite. */
  public static final int POWERS = 256;

  /** The exponent of entry 0, negated. */
  public static final int POWERS_BIAS = 134;

  private Storage() {}

  /** Element {@code at} of a tensor that starts at {@code base}, without its row's factor. */
  static float element(int format, FloatArray memory, IntArray words, int base, int at) {
    float value = 0;
    if (format == F32) {
      value = memory.get(base + at);
    } else if (format == I8) {
      value = (words.get(base + at / 4) << (24 - 8 * (at % 4))) >> 24;
    } else {
      int bits = (words.get(base + at / 2) >> (16 * (at % 2))) & 0xffff;
      value = format == BF16 ? brain(memory, bits) : half16(memory, bits);
    }
    return value;
  }

  /** (1 + m/128)·2^(e − 127) = (128 + m)·2^(e − 134); for e = 0 the fraction has no leading 1. */
  private static float brain(FloatArray memory, int bits) {
    int e = (bits >> 7) & 0xff;
    int m = bits & 0x7f;
    float magnitude = e == 0 ? m * memory.get(1) : (128 + m) * memory.get(e);
    return bits > 0x7fff ? -magnitude : magnitude;
  }

  /** (1 + m/1024)·2^(e − 15) = (1024 + m)·2^(e − 25); for e = 0 it is m·2^−24. */
  private static float half16(FloatArray memory, int bits) {
    int e = (bits >> 10) & 0x1f;
    int m = bits & 0x3ff;
    int power = e == 31 ? POWERS - 1 : e - 25 + POWERS_BIAS;
    float magnitude = e == 0 ? m * memory.get(POWERS_BIAS - 24) : (1024 + m) * memory.get(power);
    return bits > 0x7fff ? -magnitude : magnitude;
  }

  /** The 16 bits that are nearest to a float of these bits, with the even last bit on ties. */
  static int narrowed(int format, int bits) {
    int magnitude = bits & 0x7fffffff;
    int small = format == BF16 ? narrowedBrain(magnitude) : narrowedHalf(magnitude);
    return small | ((bits >> 16) & 0x8000);
  }

  private static int narrowedBrain(int magnitude) {
    int small = (magnitude + 0x7fff + ((magnitude >> 16) & 1)) >> 16;
    if (magnitude > 0x7f800000) { // no number
      small = (magnitude >> 16) | 0x40;
    }
    return small;
  }

  /** Exponents move by 112; below 2^−14 they stay and the fraction is shifted instead. */
  private static int narrowedHalf(int magnitude) {
    int small = (magnitude - (112 << 23) + 0xfff + ((magnitude >> 13) & 1)) >> 13;
    if (magnitude < (113 << 23)) {
      int shift = TornadoMath.min(126 - (magnitude >> 23), 25);
      int fraction = (magnitude & 0x7fffff) | 0x800000;
      small = (fraction + (1 << (shift - 1)) - 1 + ((fraction >> shift) & 1)) >> shift;
    }
    if (magnitude >= (143 << 23)) { // 2^16
      small = 0x7c00;
    }
    if (magnitude > 0x7f800000) {
      small = 0x7e00 | ((magnitude >> 13) & 0x1ff);
    }
    return small;
  }
}
