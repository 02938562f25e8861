package io.nextscale.tensor.cpu;

import io.nextscale.tensor.spi.HostBuffer;

/**
 * Numbers from one storage type to another.
 *
 * <p>Entry points: {@link #convert} for whole arrays, {@link #widen} for a piece of one.
 */
final class Conversions {

  private static final int CHUNK = RowKernels.CHUNK;

  private Conversions() {}

  /**
   * Writes the elements of {@code from} to {@code to}, rounded to its type as {@link
   * io.nextscale.tensor.op.Elementwise.Convert} says.
   *
   * @return false if this pair of types has no kernel, and nothing was written
   */
  static boolean convert(Tiles tiles, HostBuffer from, HostBuffer to) {
    if (to instanceof HostBuffer.F32(float[] y) && isRowMajor(from)) {
      Parallel.forRange(
          y.length, CHUNK, (start, end) -> widen(tiles, from, start, y, start, end - start));
      return true;
    }
    if (from instanceof HostBuffer.F32(float[] x)) {
      switch (to) {
        case HostBuffer.BF16(short[] y) ->
            Parallel.forRange(x.length, CHUNK, (start, end) -> toBf16(x, y, start, end));
        case HostBuffer.F16(short[] y) ->
            Parallel.forRange(x.length, CHUNK, (start, end) -> toF16(x, y, start, end));
        case HostBuffer.I8(byte[] y, float[] scale) -> toI8(x, y, scale);
        default -> {
          return false;
        }
      }
      return true;
    }
    return false;
  }

  /** Whether {@link #widen} takes it. */
  static boolean isRowMajor(HostBuffer x) {
    return !(x instanceof HostBuffer.I32 || x instanceof HostBuffer.Packed);
  }

  /** y[yo + i] = x[xo + i] for {@code 0 <= i < n}, of any type that {@link #isRowMajor} names. */
  static void widen(Tiles tiles, HostBuffer x, int xo, float[] y, int yo, int n) {
    switch (x) {
      case HostBuffer.F32(float[] values) -> System.arraycopy(values, xo, y, yo, n);
      case HostBuffer.BF16(short[] bits) -> tiles.widenBf16(bits, xo, y, yo, n);
      case HostBuffer.F16(short[] bits) -> tiles.widenF16(bits, xo, y, yo, n);
      case HostBuffer.I8(byte[] values, float[] rowScale) -> {
        tiles.widenI8(values, xo, y, yo, n);
        int length = rowScale.length == 0 ? 1 : Math.max(1, values.length / rowScale.length);
        for (int from = 0; from < n; ) {
          int row = (xo + from) / length;
          int to = Math.min(n, (row + 1) * length - xo);
          float scale = rowScale[row];
          for (int i = yo + from; i < yo + to; i++) {
            y[i] *= scale;
          }
          from = to;
        }
      }
      case HostBuffer.I32 _, HostBuffer.Packed _ ->
          throw new IllegalArgumentException("widen: real numbers, row-major; got " + x.type());
    }
  }

  private static void toBf16(float[] x, short[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = HostBuffer.BF16.round(x[i]);
    }
  }

  private static void toF16(float[] x, short[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Float.floatToFloat16(x[i]);
    }
  }

  /** Row by row: scale = max|x| / 127, y = round(x / scale); a row of zeros has scale 0. */
  private static void toI8(float[] x, byte[] y, float[] scale) {
    int n = scale.length == 0 ? 0 : y.length / scale.length;
    Parallel.forRange(
        scale.length,
        RowKernels.rowsPerChunk(n),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            int end = (r + 1) * n;
            float max = 0;
            for (int i = r * n; i < end; i++) {
              max = Math.max(max, Math.abs(x[i]));
            }
            float s = max / 127;
            scale[r] = s;
            for (int i = r * n; i < end; i++) {
              y[i] = max == 0 ? 0 : (byte) Math.round(x[i] / s);
            }
          }
        });
  }
}
