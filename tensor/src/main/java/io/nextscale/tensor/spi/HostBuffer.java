package io.nextscale.tensor.spi;

import io.nextscale.tensor.DType;

/**
 * Storage on the Java heap: one array from index 0, or a weight that the CPU kernels rearranged.
 */
public sealed interface HostBuffer extends Buffer {

  /** The elements as floats: the array itself for {@link F32}, else a widened copy. */
  float[] toFloats();

  /** 32-bit floats. */
  record F32(float[] values) implements HostBuffer {
    @Override
    public DType type() {
      return DType.F32;
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public float[] toFloats() {
      return values;
    }
  }

  /** bfloat16 bit patterns: the upper 16 bits of a float. */
  record BF16(short[] bits) implements HostBuffer {
    @Override
    public DType type() {
      return DType.BF16;
    }

    @Override
    public int size() {
      return bits.length;
    }

    @Override
    public float[] toFloats() {
      float[] values = new float[bits.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = Float.intBitsToFloat(bits[i] << 16);
      }
      return values;
    }

    /** Rounds to nearest, ties to even; a NaN stays a NaN. */
    public static short round(float value) {
      int bits = Float.floatToRawIntBits(value);
      if (Float.isNaN(value)) {
        return (short) ((bits >>> 16) | 0x40);
      }
      return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
  }

  /** IEEE binary16 bit patterns. */
  record F16(short[] bits) implements HostBuffer {
    @Override
    public DType type() {
      return DType.F16;
    }

    @Override
    public int size() {
      return bits.length;
    }

    @Override
    public float[] toFloats() {
      float[] values = new float[bits.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = Float.float16ToFloat(bits[i]);
      }
      return values;
    }
  }

  /** Signed bytes; element i of row r stands for {@code values[i] * rowScale[r]}. */
  record I8(byte[] values, float[] rowScale) implements HostBuffer {
    @Override
    public DType type() {
      return DType.I8;
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public float[] toFloats() {
      float[] floats = new float[values.length];
      int row = rowScale.length == 0 ? 0 : values.length / rowScale.length;
      for (int r = 0; r < rowScale.length; r++) {
        for (int i = r * row; i < (r + 1) * row; i++) {
          floats[i] = values[i] * rowScale[r];
        }
      }
      return floats;
    }
  }

  /** Indices. */
  record I32(int[] values) implements HostBuffer {
    @Override
    public DType type() {
      return DType.I32;
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public float[] toFloats() {
      float[] floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = values[i];
      }
      return floats;
    }
  }

  /**
   * A weight in the order its kernel reads it, made by {@link Backend#prepare}. It stands for the
   * same numbers in row-major order, which {@link #unpacked()} gives back exactly.
   */
  non-sealed interface Packed extends HostBuffer {
    /** The same elements, row-major, in the stored type. */
    HostBuffer unpacked();

    @Override
    default float[] toFloats() {
      return unpacked().toFloats();
    }
  }
}
