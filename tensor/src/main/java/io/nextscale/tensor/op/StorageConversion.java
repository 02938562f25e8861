package io.nextscale.tensor.op;

import io.nextscale.tensor.spi.HostBuffer;

/** Copies numbers from one storage type to another, element by element. */
final class StorageConversion {

  private StorageConversion() {}

  static void convert(HostBuffer from, HostBuffer to) {
    if (from instanceof HostBuffer.I32(int[] source)
        && to instanceof HostBuffer.I32(int[] target)) {
      System.arraycopy(source, 0, target, 0, target.length);
      return;
    }
    float[] x = from.toFloats();
    switch (to) {
      case HostBuffer.F32(float[] y) -> System.arraycopy(x, 0, y, 0, y.length);
      case HostBuffer.BF16(short[] y) -> {
        for (int i = 0; i < y.length; i++) {
          y[i] = HostBuffer.BF16.round(x[i]);
        }
      }
      case HostBuffer.F16(short[] y) -> {
        for (int i = 0; i < y.length; i++) {
          y[i] = Float.floatToFloat16(x[i]);
        }
      }
      case HostBuffer.I8(byte[] y, float[] rowScale) -> quantize(x, y, rowScale);
      case HostBuffer.I32 _, HostBuffer.Packed _ ->
          throw new IllegalArgumentException("convert: storage for real numbers; got " + to.type());
    }
  }

  /** {@code scale_r = max|x_r| / 127, y = round(x / scale_r)}; a row of zeros has scale 0. */
  private static void quantize(float[] x, byte[] y, float[] rowScale) {
    int row = rowScale.length == 0 ? 0 : y.length / rowScale.length;
    for (int r = 0; r < rowScale.length; r++) {
      float max = 0;
      for (int i = r * row; i < (r + 1) * row; i++) {
        max = Math.max(max, Math.abs(x[i]));
      }
      rowScale[r] = max / 127;
      for (int i = r * row; i < (r + 1) * row; i++) {
        y[i] = max == 0 ? 0 : (byte) Math.round(x[i] / rowScale[r]);
      }
    }
  }
}
