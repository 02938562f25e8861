package io.nextscale.tornado;

import io.nextscale.tensor.Shape;
import io.nextscale.tornado.kernels.Strides;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Extents and strides as kernels take them: a fixed number of axes, those in front of extent 1. */
final class Axes {

  private Axes() {}

  /**
   * @throws UnsupportedOperationException for shapes of more axes than kernels take
   */
  static void requireFew(Call call, Shape shape) {
    if (shape.rank() > Strides.AXES) {
      throw call.beyond("at most " + Strides.AXES + " axes", shape);
    }
  }

  static int[] extents(Shape shape) {
    return padded(shape.dims(), 1);
  }

  /** The strides of row-major elements. */
  static int[] strides(Shape shape) {
    int[] strides = new int[shape.rank()];
    for (int a = 0; a < strides.length; a++) {
      strides[a] = shape.size(a + 1, shape.rank());
    }
    return padded(strides, 0);
  }

  /** The strides of a shape that is repeated to another one: 0 along repeated axes. */
  static int[] stretched(Shape from, Shape to) {
    int[] strides = new int[to.rank()];
    int skipped = to.rank() - from.rank();
    for (int a = 0; a < from.rank(); a++) {
      strides[skipped + a] = from.dim(a) == 1 ? 0 : from.size(a + 1, from.rank());
    }
    return padded(strides, 0);
  }

  private static int[] padded(int[] values, int filler) {
    int[] padded = new int[Math.max(Strides.AXES, values.length)];
    Arrays.fill(padded, filler);
    System.arraycopy(values, 0, padded, padded.length - values.length, values.length);
    return padded;
  }

  static int[] join(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(IntStream::of).toArray();
  }
}
