package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Maps of another size. The weight of input cell p in output cell i is a function of both and of
 * the two extents; the gradient sums the same weights the other way.
 */
public final class ResamplingKernels {

  public static final int NEAREST = 0;
  public static final int AREA = 1;
  public static final int BILINEAR = 2;
  public static final int BICUBIC = 3;

  /** The sharpness of the cubic kernel. */
  private static final float A = -0.75f;

  private ResamplingKernels() {}

  /**
   * {@code y[i,j] = Σ W_h[i,p] W_w[j,q] x[p,q]}, one item for each element of y. Args: mode, x, y,
   * h, w, height, width, C, n elements of y.
   *
   * @see io.nextscale.tensor.op.Resampling.Resize
   */
  public static void resize(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int at = context.globalIdx;
    if (at < args.get(base + 8)) {
      int mode = args.get(base);
      int c = args.get(base + 7);
      int cell = at / c;
      int i = cell / args.get(base + 6) % args.get(base + 5);
      int j = cell % args.get(base + 6);
      int image = cell / (args.get(base + 5) * args.get(base + 6));
      float sum = 0;
      int top = first(mode, args.get(base + 3), args.get(base + 5), i);
      int bottom = last(mode, args.get(base + 3), args.get(base + 5), i);
      int left = first(mode, args.get(base + 4), args.get(base + 6), j);
      int right = last(mode, args.get(base + 4), args.get(base + 6), j);
      for (int p = top; p <= bottom; p++) {
        float ofRow = weight(mode, args.get(base + 3), args.get(base + 5), i, p);
        for (int q = left; q <= right; q++) {
          float ofColumn = weight(mode, args.get(base + 4), args.get(base + 6), j, q);
          int source = (image * args.get(base + 3) + p) * args.get(base + 4) + q;
          sum += ofRow * ofColumn * memory.get(args.get(base + 1) + source * c + at % c);
        }
      }
      memory.set(args.get(base + 2) + at, sum);
    }
  }

  /**
   * {@code dx[p,q] = Σ W_h[i,p] W_w[j,q] dy[i,j]}, one item for each element of dx. Args: mode, dy,
   * dx, h, w of x, height, width of y, C, n elements of dx.
   *
   * @see io.nextscale.tensor.op.Resampling.ResizeGrad
   */
  public static void resizeGrad(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int at = context.globalIdx;
    if (at < args.get(base + 8)) {
      int mode = args.get(base);
      int c = args.get(base + 7);
      int cell = at / c;
      int p = cell / args.get(base + 4) % args.get(base + 3);
      int q = cell % args.get(base + 4);
      int image = cell / (args.get(base + 3) * args.get(base + 4));
      float sum = 0;
      for (int i = 0; i < args.get(base + 5); i++) {
        float ofRow = weight(mode, args.get(base + 3), args.get(base + 5), i, p);
        if (ofRow != 0) {
          for (int j = 0; j < args.get(base + 6); j++) {
            float ofColumn = weight(mode, args.get(base + 4), args.get(base + 6), j, q);
            int source = (image * args.get(base + 5) + i) * args.get(base + 6) + j;
            sum += ofRow * ofColumn * memory.get(args.get(base + 1) + source * c + at % c);
          }
        }
      }
      memory.set(args.get(base + 2) + at, sum);
    }
  }

  /** The position of output cell i among n input cells, for m output cells. */
  private static float center(int n, int m, int i) {
    return (float) n / m * (i + 0.5f) - 0.5f;
  }

  /** The first input cell that counts for output cell i, before the borders repeat. */
  private static int start(int mode, int n, int m, int i) {
    float r = center(n, m, i);
    int start = i * n / m;
    if (mode == BILINEAR) {
      start = (int) TornadoMath.floor(TornadoMath.max(r, 0f));
    }
    if (mode == BICUBIC) {
      start = (int) TornadoMath.floor(r) - 1;
    }
    return start;
  }

  /** How many input cells count for output cell i, before the borders repeat. */
  private static int taps(int mode, int n, int m, int i) {
    int taps = 1;
    if (mode == AREA) {
      taps = ((i + 1) * n + m - 1) / m - i * n / m;
    }
    if (mode == BILINEAR) {
      taps = 2;
    }
    if (mode == BICUBIC) {
      taps = 4;
    }
    return taps;
  }

  private static int first(int mode, int n, int m, int i) {
    return inside(start(mode, n, m, i), n);
  }

  private static int last(int mode, int n, int m, int i) {
    return inside(start(mode, n, m, i) + taps(mode, n, m, i) - 1, n);
  }

  private static int inside(int p, int n) {
    return TornadoMath.max(0, TornadoMath.min(p, n - 1));
  }

  /** The sum of the taps that fall on input cell p, those beyond the borders on the last cells. */
  private static float weight(int mode, int n, int m, int i, int p) {
    int start = start(mode, n, m, i);
    int taps = taps(mode, n, m, i);
    float r = center(n, m, i);
    float weight = 0;
    for (int k = 0; k < taps; k++) {
      if (inside(start + k, n) == p) {
        weight += tap(mode, taps, r, k);
      }
    }
    return weight;
  }

  private static float tap(int mode, int taps, float r, int k) {
    float tap = 1;
    if (mode == AREA) {
      tap = 1f / taps;
    }
    if (mode == BILINEAR) {
      float position = TornadoMath.max(r, 0f);
      float t = position - TornadoMath.floor(position);
      tap = k == 0 ? 1 - t : t;
    }
    if (mode == BICUBIC) {
      float t = r - TornadoMath.floor(r);
      tap = cubic(TornadoMath.abs(t + 1 - k));
    }
    return tap;
  }

  /** Keys' kernel at distance x, 0 to 2. */
  private static float cubic(float x) {
    float inner = ((A + 2) * x - (A + 3)) * x * x + 1;
    float outer = ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;
    return x > 1 ? outer : inner;
  }
}
