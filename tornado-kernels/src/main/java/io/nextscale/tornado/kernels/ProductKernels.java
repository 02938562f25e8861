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
      KernelContext context, IntArray args, FloatArray numbers, FloatArray memory, IntArray words) {
    float[] left = context.allocateFloatLocalArray(Tiles.PANEL);
    float[] right = context.allocateFloatLocalArray(Tiles.PANEL);
    float[] sums = new float[Tiles.SUMS];
    int local = context.localIdx;
    int batch = context.groupIdx / args.get(4);
    int tile = context.groupIdx % args.get(4);
    int row = tile / args.get(3) * Tiles.TILE;
    int column = tile % args.get(3) * Tiles.TILE;
    int k = args.get(2);
    for (int i = 0; i < Tiles.SUMS; i++) {
      sums[i] = 0;
    }
    for (int from = 0; from < k; from += Tiles.INNER) {
      loadLeft(local, args, memory, left, batch, row, from);
      loadRight(local, args, memory, words, right, batch, column, from);
      context.localBarrier();
      Tiles.accumulate(sums, left, right, local / Tiles.SIDE, local % Tiles.SIDE);
      context.localBarrier();
    }
    for (int i = 0; i < Tiles.OWN; i++) {
      int m = row + local / Tiles.SIDE + Tiles.SIDE * i;
      for (int j = 0; j < Tiles.OWN; j++) {
        int n = column + local % Tiles.SIDE + Tiles.SIDE * j;
        if (m < args.get(0) && n < args.get(1)) {
          finish(args, memory, sums[Tiles.OWN * i + j], batch * args.get(0) + m, n);
        }
      }
    }
  }

  /** A panel of A: rows row .. row+63, inner indices from .. from+31, zeros outside. */
  private static void loadLeft(
      int local, IntArray args, FloatArray memory, float[] left, int batch, int row, int from) {
    int base = args.get(5) + batch * args.get(6);
    boolean innerFirst = args.get(8) == 1; // the index whose neighbours lie together
    for (int t = local; t < Tiles.TILE * Tiles.INNER; t += Groups.WIDE) {
      int i = innerFirst ? t / Tiles.INNER : t % Tiles.TILE;
      int p = innerFirst ? t % Tiles.INNER : t / Tiles.TILE;
      float value = 0;
      if (row + i < args.get(0) && from + p < args.get(2)) {
        value = memory.get(base + (row + i) * args.get(7) + (from + p) * args.get(8));
      }
      left[p * Tiles.PITCH + i] = value;
    }
  }

  /** A panel of B: columns column .. column+63, inner indices from .. from+31, zeros outside. */
  private static void loadRight(
      int local,
      IntArray args,
      FloatArray memory,
      IntArray words,
      float[] right,
      int batch,
      int column,
      int from) {
    boolean innerFirst = args.get(12) == 1;
    for (int t = local; t < Tiles.TILE * Tiles.INNER; t += Groups.WIDE) {
      int j = innerFirst ? t / Tiles.INNER : t % Tiles.TILE;
      int p = innerFirst ? t % Tiles.INNER : t / Tiles.TILE;
      float value = 0;
      if (column + j < args.get(1) && from + p < args.get(2)) {
        int at = batch * args.get(11) + (from + p) * args.get(12) + (column + j) * args.get(13);
        value = Storage.element(args.get(9), memory, words, args.get(10), at);
      }
      right[p * Tiles.PITCH + j] = value;
    }
  }

  /** The tail of a linear layer, for one sum. */
  private static void finish(IntArray args, FloatArray memory, float sum, int row, int n) {
    float s = sum;
    if (args.get(9) == Storage.I8) {
      s *= memory.get(args.get(14) + n);
    }
    if (args.get(16) >= 0) {
      s += memory.get(args.get(16) + n);
    }
    float a = s;
    if (args.get(17) == GELU) {
      a = Functions.gelu(s);
    }
    if (args.get(17) == SILU) {
      a = Functions.silu(s);
    }
    if (args.get(18) >= 0) {
      a *= memory.get(args.get(18) + row / args.get(19) * args.get(1) + n);
    }
    if (args.get(20) >= 0) {
      a += memory.get(args.get(20) + row * args.get(1) + n);
    }
    memory.set(args.get(15) + row * args.get(1) + n, a);
  }
}
