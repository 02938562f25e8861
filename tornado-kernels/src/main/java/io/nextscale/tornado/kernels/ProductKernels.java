package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Matrix products. */
public final class ProductKernels {

  /** f(s) = s. */
  public static final int NONE = 0;

  /** The tanh form. */
  public static final int GELU = 1;

  /** s·σ(s). */
  public static final int SILU = 2;

  private ProductKernels() {}

  /**
   * {@code C = r + g · f(A B + b)}, one group for each 64x64 tile of C; groups count columns of
   * tiles first, then rows, then batches.
   *
   * <p>Args: M, N, K, tiles in a row, tiles of a matrix; A, its strides of batch, row and inner
   * index; B's format, B, its strides of batch, inner index and column; the factors of I8, one for
   * each column; C; bias (N); f; the gate (B,N), rows of C that share a row of the gate; the
   * residual, laid out as C.
   *
   * @see io.nextscale.tensor.op.MatrixProduct.MatMul
   * @see io.nextscale.tensor.op.MatrixProduct.Linear
   */
  public static void product(
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
    int batch = context.groupIdx / args.get(base + 4);
    int tile = context.groupIdx % args.get(base + 4);
    int row = tile / args.get(base + 3) * Tiles.TILE;
    int column = tile % args.get(base + 3) * Tiles.TILE;
    int k = args.get(base + 2);
    for (int i = 0; i < Tiles.SUMS; i++) {
      sums[i] = 0;
    }
    for (int from = 0; from < k; from += Tiles.INNER) {
      for (int t = local; t < Tiles.TILE * Tiles.INNER; t += Groups.WIDE) {
        int i = across(t, args.get(base + 8));
        int p = along(t, args.get(base + 8));
        left[p * Tiles.PITCH + i] = left(args, base, memory, batch, row + i, from + p);
        int j = across(t, args.get(base + 12));
        int q = along(t, args.get(base + 12));
        right[q * Tiles.PITCH + j] = right(args, base, memory, words, batch, column + j, from + q);
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
      int m = row + local / Tiles.SIDE + Tiles.SIDE * i;
      for (int j = 0; j < Tiles.OWN; j++) {
        int n = column + local % Tiles.SIDE + Tiles.SIDE * j;
        if (m < args.get(base) && n < args.get(base + 1)) {
          finishSum(args, base, memory, sums[Tiles.OWN * i + j], batch * args.get(base) + m, n);
        }
      }
    }
  }

  /**
   * The row or column of element t of a panel, so that neighbouring items read neighbouring words:
   * the inner index runs first where its stride is 1.
   */
  private static int across(int t, int innerStride) {
    return innerStride == 1 ? t / Tiles.INNER : t % Tiles.TILE;
  }

  /** The inner index of element t of a panel. */
  private static int along(int t, int innerStride) {
    return innerStride == 1 ? t % Tiles.INNER : t / Tiles.TILE;
  }

  /** An element of A, 0 outside. */
  private static float left(IntArray args, int base, FloatArray memory, int batch, int m, int k) {
    float value = 0;
    if (m < args.get(base) && k < args.get(base + 2)) {
      int at = batch * args.get(base + 6) + m * args.get(base + 7) + k * args.get(base + 8);
      value = memory.get(args.get(base + 5) + at);
    }
    return value;
  }

  /** An element of B without its factor, 0 outside. */
  private static float right(
      IntArray args, int base, FloatArray memory, IntArray words, int batch, int n, int k) {
    float value = 0;
    if (n < args.get(base + 1) && k < args.get(base + 2)) {
      int at = batch * args.get(base + 11) + k * args.get(base + 12) + n * args.get(base + 13);
      value = Storage.element(args.get(base + 9), memory, words, args.get(base + 10), at);
    }
    return value;
  }

  /**
   * What {@link #product} does with its sums, for sums that are in C already; arguments as there.
   *
   * @see io.nextscale.tensor.op.MatrixProduct.Linear
   */
  public static void finish(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    int n = args.get(base + 1);
    if (i < args.get(base) * n) {
      finishSum(args, base, memory, memory.get(args.get(base + 15) + i), i / n, i % n);
    }
  }

  /** The tail of a linear layer, for one sum. */
  private static void finishSum(
      IntArray args, int base, FloatArray memory, float sum, int row, int n) {
    float s = sum;
    if (args.get(base + 9) == Storage.I8) {
      s *= memory.get(args.get(base + 14) + n);
    }
    if (args.get(base + 16) >= 0) {
      s += memory.get(args.get(base + 16) + n);
    }
    float a = s;
    if (args.get(base + 17) == GELU) {
      a = Functions.gelu(s);
    }
    if (args.get(base + 17) == SILU) {
      a = Functions.silu(s);
    }
    if (args.get(base + 18) >= 0) {
      a *= memory.get(args.get(base + 18) + row / args.get(base + 19) * args.get(base + 1) + n);
    }
    if (args.get(base + 20) >= 0) {
      a += memory.get(args.get(base + 20) + row * args.get(base + 1) + n);
    }
    memory.set(args.get(base + 15) + row * args.get(base + 1) + n, a);
  }
}
