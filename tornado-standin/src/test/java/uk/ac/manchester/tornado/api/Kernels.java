package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Small kernels for the tests of this package, right and wrong ones. */
final class Kernels {

  private Kernels() {}

  /** {@code y = factor · x}. */
  static void scale(KernelContext context, FloatArray x, FloatArray y, float factor) {
    int i = context.globalIdx;
    y.set(i, factor * x.get(i));
  }

  /** {@code y = x} for the first half of the elements; the rest is nobody's. */
  static void firstHalf(KernelContext context, FloatArray x, FloatArray y) {
    int i = context.globalIdx;
    if (i < x.getSize() / 2) {
      y.set(i, x.get(i));
    }
  }

  /** {@code x += 1}. */
  static void increment(KernelContext context, FloatArray x) {
    int i = context.globalIdx;
    x.set(i, x.get(i) + 1);
  }

  /** Writes where each item is. */
  static void places(KernelContext context, IntArray y) {
    int i = context.globalIdx;
    y.set(3 * i, context.groupIdx);
    y.set(3 * i + 1, context.localIdx);
    y.set(3 * i + 2, context.localGroupSizeX * 1000 + context.globalGroupSizeX);
  }

  /** Reverses each group of 8 through local memory, {@code rounds} times. */
  static void reverse(KernelContext context, FloatArray x, FloatArray y, int rounds) {
    float[] shared = context.allocateFloatLocalArray(8);
    int i = context.globalIdx;
    int local = context.localIdx;
    float value = x.get(i);
    for (int round = 0; round < rounds; round++) {
      shared[local] = value;
      context.localBarrier();
      value = shared[7 - local];
      context.localBarrier();
    }
    y.set(i, value);
  }

  /** As {@link #reverse} for one round, without the barrier it needs. */
  static void reverseWithoutBarrier(KernelContext context, FloatArray x, FloatArray y) {
    float[] shared = context.allocateFloatLocalArray(8);
    int i = context.globalIdx;
    int local = context.localIdx;
    shared[local] = x.get(i);
    y.set(i, shared[7 - local]);
  }

  /** As {@link #reverse}, without the barrier that keeps the next round off. */
  static void reverseWithOneBarrier(KernelContext context, FloatArray x, FloatArray y, int rounds) {
    float[] shared = context.allocateFloatLocalArray(8);
    int i = context.globalIdx;
    int local = context.localIdx;
    float value = x.get(i);
    for (int round = 0; round < rounds; round++) {
      shared[local] = value;
      context.localBarrier();
      value = shared[7 - local];
    }
    y.set(i, value);
  }

  /** Reads local memory that nobody wrote. */
  static void unwritten(KernelContext context, FloatArray y) {
    float[] shared = context.allocateFloatLocalArray(8);
    int i = context.globalIdx;
    y.set(i, shared[context.localIdx]);
  }

  /** A barrier that only items before {@code border} reach. */
  static void diverging(KernelContext context, IntArray border, FloatArray y) {
    int i = context.globalIdx;
    if (context.localIdx < border.get(0)) {
      context.localBarrier();
    }
    y.set(i, 1);
  }

  /** Local arrays of a size that depends on the item. */
  static void unlikeArrays(KernelContext context, FloatArray y) {
    float[] shared = context.allocateFloatLocalArray(1 + context.localIdx);
    shared[0] = 1;
    y.set(context.globalIdx, shared[0]);
  }

  /** The sum of a group's elements, and that of their squares, in {@code rounds} rounds. */
  static void sums(KernelContext context, FloatArray x, FloatArray y, int rounds) {
    float value = x.get(context.globalIdx);
    float sum = 0;
    float squares = 0;
    for (int round = 0; round < rounds; round++) {
      sum = sum(context, value);
      squares = sum(context, value * value);
    }
    y.set(context.globalIdx, sum + 1000 * squares);
  }

  private static float sum(KernelContext context, float value) {
    float[] parts = context.allocateFloatLocalArray(8);
    parts[context.localIdx] = value;
    context.localBarrier();
    float sum = 0;
    for (int i = 0; i < 8; i++) {
      sum += parts[i];
    }
    context.localBarrier();
    return sum;
  }

  /** More local memory than there is. */
  static void greedy(KernelContext context, FloatArray y) {
    int[] shared = context.allocateIntLocalArray(16 << 10);
    shared[0] = 1;
    y.set(context.globalIdx, shared[0]);
  }

  /** Reads beyond the end. */
  static void beyond(KernelContext context, FloatArray y) {
    y.set(context.globalIdx, y.get(y.getSize() + context.globalIdx));
  }
}
