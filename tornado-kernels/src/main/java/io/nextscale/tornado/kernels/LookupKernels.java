package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** From indices to rows of a table, and from vectors to indices. */
public final class LookupKernels {

  /** Below this length a vector is not made longer. */
  private static final float COSINE_EPS = 1e-12f;

  private LookupKernels() {}

  /**
   * {@code y[i] = table[index[i]]}. Args: format, table (V,C), factors, index in words, y, C, n
   * elements of y.
   *
   * @see io.nextscale.tensor.op.Lookup.Rows
   */
  public static void rows(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    if (i < args.get(base + 6)) {
      int c = args.get(base + 5);
      int row = words.get(args.get(base + 3) + i / c);
      float value =
          Storage.element(args.get(base), memory, words, args.get(base + 1), row * c + i % c);
      if (args.get(base) == Storage.I8) {
        value *= memory.get(args.get(base + 2) + row);
      }
      memory.set(args.get(base + 4) + i, value);
    }
  }

  /**
   * {@code dtable[v] = Σ_{i: index_i = v} dy[i]}, one item for each element of dtable: it looks
   * through all indices, so that no two items add to one element. Args: index in words, number of
   * indices, dy, dtable, C, n elements of dtable.
   *
   * @see io.nextscale.tensor.op.Lookup.RowsGrad
   */
  public static void rowsGrad(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int at = context.globalIdx;
    if (at < args.get(base + 5)) {
      int c = args.get(base + 4);
      float sum = 0;
      for (int i = 0; i < args.get(base + 1); i++) {
        if (words.get(args.get(base) + i) == at / c) {
          sum += memory.get(args.get(base + 2) + i * c + at % c);
        }
      }
      memory.set(args.get(base + 3) + at, sum);
    }
  }

  /**
   * The nearest code of a vector, the first on ties, one group for each vector. Args: z (n,C),
   * codebook (V,C), the result in words, C, V, 1 for the cosine and 0 for the distance.
   *
   * @see io.nextscale.tensor.op.Lookup.NearestCode
   */
  public static void nearest(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int c = args.get(base + 3);
    int z = args.get(base) + context.groupIdx * c;
    float ofZ = dot(memory, z, z, c);
    float best = 2 * Groups.LOWEST;
    int index = args.get(base + 4);
    for (int v = context.localIdx; v < args.get(base + 4); v += Groups.ROW) {
      int code = args.get(base + 1) + v * c;
      float product = dot(memory, z, code, c);
      float ofCode = dot(memory, code, code, c);
      float nearness = 2 * product - (ofZ + ofCode);
      if (args.get(base + 5) == 1) {
        nearness = product / (length(ofZ) * length(ofCode));
      }
      if (nearness > best) {
        best = nearness;
        index = v;
      }
    }
    int nearest = Groups.indexOfMax(context, best, index);
    if (context.localIdx == 0) {
      words.set(args.get(base + 2) + context.groupIdx, nearest);
    }
  }

  private static float length(float square) {
    return TornadoMath.max(TornadoMath.sqrt(square), COSINE_EPS);
  }

  /** The product of two rows of C. */
  static float dot(FloatArray memory, int x, int y, int c) {
    float sum = 0;
    for (int i = 0; i < c; i++) {
      sum += memory.get(x + i) * memory.get(y + i);
    }
    return sum;
  }

  /**
   * The index of the largest element of a row, the first on ties. Args: x, the result in words, V.
   *
   * @see io.nextscale.tensor.op.Lookup.ArgMax
   */
  public static void argMax(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int v = args.get(base + 2);
    int x = args.get(base) + context.groupIdx * v;
    float best = Float.NEGATIVE_INFINITY;
    int index = v;
    for (int i = context.localIdx; i < v; i += Groups.ROW) {
      float value = memory.get(x + i);
      if (value > best) {
        best = value;
        index = i;
      }
    }
    int largest = Groups.indexOfMax(context, best, index);
    if (context.localIdx == 0) {
      words.set(args.get(base + 1) + context.groupIdx, largest < v ? largest : 0);
    }
  }
}
