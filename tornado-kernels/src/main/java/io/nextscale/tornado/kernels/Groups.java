package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * What the items of a work group do together.
 *
 * <p>A reduction takes two barriers: each item writes its part, and after the first barrier all of
 * them fold all parts in the same order; the second keeps the next reduction off. Reading the same
 * word in all items costs a device no more than reading it in one.
 *
 * <p>Each reduction has a local array of its own: TornadoVM 5.2 addresses one that comes as an
 * argument wrongly.
 */
public final class Groups {

  /** Items of a group that takes a row. */
  public static final int ROW = 64;

  /** Items of a group that takes a tile, a large part of a map, or single elements. */
  public static final int WIDE = 256;

  /** Less than any sum of products; an infinity would be lost to relaxed arithmetic. */
  public static final float LOWEST = -1e30f;

  private Groups() {}

  /** The sum of one value of each item. */
  static float sum(KernelContext context, float value) {
    float[] parts = context.allocateFloatLocalArray(WIDE);
    parts[context.localIdx] = value;
    context.localBarrier();
    float sum = 0;
    for (int i = 0; i < context.localGroupSizeX; i++) {
      sum += parts[i];
    }
    context.localBarrier();
    return sum;
  }

  /** The largest of one value of each item, NaN if one is. */
  static float max(KernelContext context, float value) {
    float[] parts = context.allocateFloatLocalArray(WIDE);
    parts[context.localIdx] = value;
    context.localBarrier();
    float max = parts[0];
    for (int i = 1; i < context.localGroupSizeX; i++) {
      max = Functions.larger(max, parts[i]);
    }
    context.localBarrier();
    return max;
  }

  /**
   * The index that comes with the largest value, the smallest such index on ties. Indices pass as
   * floats, exact below 2^24, through {@link #max}: TornadoVM 5.2 loses its way in a loop that
   * carries a value and its index along.
   */
  static int indexOfMax(KernelContext context, float value, int index) {
    float max = max(context, value);
    float candidate = value == max ? -index : LOWEST;
    return (int) -max(context, candidate);
  }
}
