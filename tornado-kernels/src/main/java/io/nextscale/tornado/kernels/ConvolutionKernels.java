package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Convolutions of maps as products whose panels are gathered on the way into local memory; one
 * group for each 64x64 tile of the result, columns of tiles first.
 *
 * <p>All three have the same first args: rows M, columns N and inner extent K of the product, tiles
 * in a row; x, its height, width and channels C; y or dy, its height, width and channels O; kernel
 * height and width, stride, top, left; the weight's format, w (O,C,kh,kw), its factors. A kernel
 * cell and a channel count as one index (u·kw + v)·channels + channel.
 */
public final class ConvolutionKernels {

  private ConvolutionKernels() {}

  /**
   * Rows are cells of y, columns are output channels o, the inner index is (u,v,c). Further args:
   * bias (O), residual as y.
   *
   * @see io.nextscale.tensor.op.Convolution.Conv2d
   */
  public static void conv2d(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    float[] left = context.allocateFloatLocalArray(Tiles.PANEL);
    float[] right = context.allocateFloatLocalArray(Tiles.PANEL);
    float[] a = new float[Tiles.OWN];
    float[] b = new float[Tiles.OWN];
    float[] sums = new float[Tiles.SUMS];
    int local = context.localIdx;
    int row = context.groupIdx / args.get(base + 3) * Tiles.TILE;
    int column = context.groupIdx % args.get(base + 3) * Tiles.TILE;
    for (int i = 0; i < Tiles.SUMS; i++) {
      sums[i] = 0;
    }
    for (int from = 0; from < args.get(base + 2); from += Tiles.INNER) {
      for (int t = local; t < Tiles.TILE * Tiles.INNER; t += Groups.WIDE) {
        int p = t % Tiles.INNER;
        int i = t / Tiles.INNER;
        left[p * Tiles.PITCH + i] = input(args, base, memory, row + i, from + p);
        right[p * Tiles.PITCH + i] = weightOf(args, base, memory, words, column + i, from + p);
      }
      context.localBarrier();
      for (int p = 0; p < Tiles.INNER; p++) {
        for (int i = 0; i < Tiles.OWN; i++) {
          a[i] = left[p * Tiles.PITCH + local / Tiles.SIDE + Tiles.SIDE * i];
          b[i] = right[p * Tiles.PITCH + local % Tiles.SIDE + Tiles.SIDE * i];
        }
        Tiles.accumulate(sums, a, b);
      }
      context.localBarrier();
    }
    for (int i = 0; i < Tiles.OWN; i++) {
      int cell = row + local / Tiles.SIDE + Tiles.SIDE * i;
      for (int j = 0; j < Tiles.OWN; j++) {
        int o = column + local % Tiles.SIDE + Tiles.SIDE * j;
        if (cell < args.get(base) && o < args.get(base + 1)) {
          float y = sums[Tiles.OWN * i + j];
          if (args.get(base + 20) >= 0) {
            y += memory.get(args.get(base + 20) + o);
          }
          if (args.get(base + 21) >= 0) {
            y += memory.get(args.get(base + 21) + cell * args.get(base + 1) + o);
          }
          memory.set(args.get(base + 8) + cell * args.get(base + 1) + o, y);
        }
      }
    }
  }

  /** What cell (b,i,j) of y meets in x at (u,v,c): 0 in the padding and beyond the product. */
  private static float input(IntArray args, int base, FloatArray memory, int cell, int at) {
    int width = args.get(base + 10);
    int channels = args.get(base + 7);
    int tap = at / channels;
    int i =
        cell / width % args.get(base + 9) * args.get(base + 14)
            + tap / args.get(base + 13)
            - args.get(base + 15);
    int j = cell % width * args.get(base + 14) + tap % args.get(base + 13) - args.get(base + 16);
    int image = cell / (width * args.get(base + 9));
    float value = 0;
    if (tap < args.get(base + 12) * args.get(base + 13) && image < args.get(base + 22)) {
      if (i >= 0 && i < args.get(base + 5) && j >= 0 && j < args.get(base + 6)) {
        int source = (image * args.get(base + 5) + i) * args.get(base + 6) + j;
        value = memory.get(args.get(base + 4) + source * channels + at % channels);
      }
    }
    return value;
  }

  /** w[o,c,u,v] for the inner index (u,v,c). */
  private static float weightOf(
      IntArray args, int base, FloatArray memory, IntArray words, int o, int at) {
    int channels = args.get(base + 7);
    int tap = at / channels;
    float value = 0;
    if (o < args.get(base + 11) && tap < args.get(base + 12) * args.get(base + 13)) {
      value = weight(args, base, memory, words, o, at % channels, tap);
    }
    return value;
  }

  private static float weight(
      IntArray args, int base, FloatArray memory, IntArray words, int o, int c, int tap) {
    int at = (o * args.get(base + 7) + c) * args.get(base + 12) * args.get(base + 13) + tap;
    float value = Storage.element(args.get(base + 17), memory, words, args.get(base + 18), at);
    if (args.get(base + 17) == Storage.I8) {
      value *= memory.get(args.get(base + 19) + o);
    }
    return value;
  }

  /**
   * Rows are cells of x, columns are input channels c, the inner index is (u,v,o): each cell of dx
   * gathers from the cells of dy that were computed from it. Here args 4 is dx.
   *
   * @see io.nextscale.tensor.op.Convolution.Conv2dGradInput
   */
  public static void conv2dGradInput(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    float[] left = context.allocateFloatLocalArray(Tiles.PANEL);
    float[] right = context.allocateFloatLocalArray(Tiles.PANEL);
    float[] a = new float[Tiles.OWN];
    float[] b = new float[Tiles.OWN];
    float[] sums = new float[Tiles.SUMS];
    int local = context.localIdx;
    int row = context.groupIdx / args.get(base + 3) * Tiles.TILE;
    int column = context.groupIdx % args.get(base + 3) * Tiles.TILE;
    for (int i = 0; i < Tiles.SUMS; i++) {
      sums[i] = 0;
    }
    for (int from = 0; from < args.get(base + 2); from += Tiles.INNER) {
      for (int t = local; t < Tiles.TILE * Tiles.INNER; t += Groups.WIDE) {
        int p = t % Tiles.INNER;
        int i = t / Tiles.INNER;
        left[p * Tiles.PITCH + i] = spread(args, base, memory, row + i, from + p);
        right[p * Tiles.PITCH + i] = weightTo(args, base, memory, words, column + i, from + p);
      }
      context.localBarrier();
      for (int p = 0; p < Tiles.INNER; p++) {
        for (int i = 0; i < Tiles.OWN; i++) {
          a[i] = left[p * Tiles.PITCH + local / Tiles.SIDE + Tiles.SIDE * i];
          b[i] = right[p * Tiles.PITCH + local % Tiles.SIDE + Tiles.SIDE * i];
        }
        Tiles.accumulate(sums, a, b);
      }
      context.localBarrier();
    }
    for (int i = 0; i < Tiles.OWN; i++) {
      int cell = row + local / Tiles.SIDE + Tiles.SIDE * i;
      for (int j = 0; j < Tiles.OWN; j++) {
        int c = column + local % Tiles.SIDE + Tiles.SIDE * j;
        if (cell < args.get(base) && c < args.get(base + 1)) {
          memory.set(args.get(base + 4) + cell * args.get(base + 1) + c, sums[Tiles.OWN * i + j]);
        }
      }
    }
  }

  /** What cell (b,i,j) of x gets from dy at (u,v,o): 0 where no cell of dy fits. */
  private static float spread(IntArray args, int base, FloatArray memory, int cell, int at) {
    int width = args.get(base + 6);
    int outputs = args.get(base + 11);
    int stride = args.get(base + 14);
    int tap = at / outputs;
    int i = cell / width % args.get(base + 5) + args.get(base + 15) - tap / args.get(base + 13);
    int j = cell % width + args.get(base + 16) - tap % args.get(base + 13);
    int image = cell / (width * args.get(base + 5));
    float value = 0;
    if (tap < args.get(base + 12) * args.get(base + 13) && image < args.get(base + 22)) {
      if (i >= 0 && j >= 0 && i % stride == 0 && j % stride == 0) {
        int row = i / stride;
        int column = j / stride;
        if (row < args.get(base + 9) && column < args.get(base + 10)) {
          int source = (image * args.get(base + 9) + row) * args.get(base + 10) + column;
          value = memory.get(args.get(base + 8) + source * outputs + at % outputs);
        }
      }
    }
    return value;
  }

  /** w[o,c,u,v] for the inner index (u,v,o). */
  private static float weightTo(
      IntArray args, int base, FloatArray memory, IntArray words, int c, int at) {
    int outputs = args.get(base + 11);
    int tap = at / outputs;
    float value = 0;
    if (c < args.get(base + 7) && tap < args.get(base + 12) * args.get(base + 13)) {
      value = weight(args, base, memory, words, at % outputs, c, tap);
    }
    return value;
  }

  /**
   * Rows are output channels o, columns are (u,v,c), the inner index is the cell of dy. Here args
   * 18 is dw, of floats.
   *
   * @see io.nextscale.tensor.op.Convolution.Conv2dGradWeight
   */
  public static void conv2dGradWeight(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    float[] left = context.allocateFloatLocalArray(Tiles.PANEL);
    float[] right = context.allocateFloatLocalArray(Tiles.PANEL);
    float[] a = new float[Tiles.OWN];
    float[] b = new float[Tiles.OWN];
    float[] sums = new float[Tiles.SUMS];
    int local = context.localIdx;
    int row = context.groupIdx / args.get(base + 3) * Tiles.TILE;
    int column = context.groupIdx % args.get(base + 3) * Tiles.TILE;
    int outputs = args.get(base + 11);
    for (int i = 0; i < Tiles.SUMS; i++) {
      sums[i] = 0;
    }
    for (int from = 0; from < args.get(base + 2); from += Tiles.INNER) {
      for (int t = local; t < Tiles.TILE * Tiles.INNER; t += Groups.WIDE) {
        int p = t / Tiles.TILE;
        int i = t % Tiles.TILE;
        float dy = 0;
        if (from + p < args.get(base + 2) && row + i < outputs) {
          dy = memory.get(args.get(base + 8) + (from + p) * outputs + row + i);
        }
        left[p * Tiles.PITCH + i] = dy;
        right[p * Tiles.PITCH + i] = input(args, base, memory, from + p, column + i);
      }
      context.localBarrier();
      for (int p = 0; p < Tiles.INNER; p++) {
        for (int i = 0; i < Tiles.OWN; i++) {
          a[i] = left[p * Tiles.PITCH + local / Tiles.SIDE + Tiles.SIDE * i];
          b[i] = right[p * Tiles.PITCH + local % Tiles.SIDE + Tiles.SIDE * i];
        }
        Tiles.accumulate(sums, a, b);
      }
      context.localBarrier();
    }
    int channels = args.get(base + 7);
    int taps = args.get(base + 12) * args.get(base + 13);
    for (int i = 0; i < Tiles.OWN; i++) {
      int o = row + local / Tiles.SIDE + Tiles.SIDE * i;
      for (int j = 0; j < Tiles.OWN; j++) {
        int at = column + local % Tiles.SIDE + Tiles.SIDE * j;
        if (o < args.get(base) && at < args.get(base + 1)) {
          int place = (o * channels + at % channels) * taps + at / channels;
          memory.set(args.get(base + 18) + place, sums[Tiles.OWN * i + j]);
        }
      }
    }
  }
}
