package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Index arithmetic over a fixed number of axes; shapes of fewer have extents of 1 in front. */
public final class Strides {

  /** The number of axes. */
  public static final int AXES = 6;

  private Strides() {}

  /**
   * The offset of element i of a shape.
   *
   * @param extents where in args the extents start
   * @param strides where in args the strides start
   */
  static int offset(IntArray args, int base, int i, int extents, int strides) {
    int offset = 0;
    int rest = i;
    for (int a = AXES - 1; a >= 0; a--) {
      int extent = args.get(base + extents + a);
      offset += rest % extent * args.get(base + strides + a);
      rest /= extent;
    }
    return offset;
  }
}
