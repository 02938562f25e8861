package io.nextscale.tensor.op;

import java.util.Arrays;

/**
 * One axis of a resampling: row i holds the weights of the input cells that output cell i is made
 * of. The formulas as they are written in {@link Resampling.Mode}, for the references: positions in
 * 32-bit floats, weights in double precision.
 */
final class ResamplingWeights {

  /** The sharpness of the cubic kernel. */
  private static final double A = -0.75;

  private final int[] from;
  private final double[][] weights;

  private ResamplingWeights(int outputs) {
    this.from = new int[outputs];
    this.weights = new double[outputs][];
  }

  /** The weights from n input cells to m output cells. */
  static ResamplingWeights of(Resampling.Mode mode, int n, int m) {
    ResamplingWeights result = new ResamplingWeights(m);
    for (int i = 0; i < m; i++) {
      float center = (float) n / m * (i + 0.5f) - 0.5f;
      switch (mode) {
        case NEAREST -> result.set(i, (int) ((long) i * n / m), 1);
        case AREA -> {
          int first = (int) ((long) i * n / m);
          int end = (int) Math.ceilDiv((i + 1L) * n, m);
          double[] equal = new double[end - first];
          Arrays.fill(equal, 1.0 / equal.length);
          result.set(i, first, equal);
        }
        case BILINEAR -> {
          double r = Math.max(center, 0);
          double t = r - Math.floor(r);
          result.repeatBorders(i, (int) r, n, 1 - t, t);
        }
        case BICUBIC -> {
          double t = center - Math.floor(center);
          result.repeatBorders(
              i,
              (int) Math.floor(center) - 1,
              n,
              outer(1 + t),
              inner(t),
              inner(1 - t),
              outer(2 - t));
        }
      }
    }
    return result;
  }

  /** The first input cell of output cell i. */
  int from(int i) {
    return from[i];
  }

  /** One past the last input cell of output cell i. */
  int to(int i) {
    return from[i] + weights[i].length;
  }

  /** The weight of input cell p in output cell i. */
  double weight(int i, int p) {
    return weights[i][p - from[i]];
  }

  private void set(int i, int first, double... row) {
    from[i] = first;
    weights[i] = row;
  }

  /** What falls outside of the n cells is added to the first or the last one. */
  private void repeatBorders(int i, int first, int n, double... row) {
    int low = Math.clamp(first, 0, n - 1);
    int high = Math.clamp(first + row.length - 1L, 0, n - 1);
    double[] inside = new double[high - low + 1];
    for (int k = 0; k < row.length; k++) {
      inside[Math.clamp(first + k, low, high) - low] += row[k];
    }
    set(i, low, inside);
  }

  /** Keys' kernel for distances up to 1: {@code (a + 2)x³ − (a + 3)x² + 1}. */
  private static double inner(double x) {
    return (A + 2) * x * x * x - (A + 3) * x * x + 1;
  }

  /** Keys' kernel for distances from 1 to 2: {@code a x³ − 5a x² + 8a x − 4a}. */
  private static double outer(double x) {
    return A * x * x * x - 5 * A * x * x + 8 * A * x - 4 * A;
  }
}
