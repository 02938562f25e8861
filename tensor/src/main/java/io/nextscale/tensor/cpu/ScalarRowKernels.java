package io.nextscale.tensor.cpu;

import java.util.Arrays;

/** {@link RowKernels} in plain loops. */
final class ScalarRowKernels implements RowKernels {

  @Override
  public float sum(float[] x, int xo, int n) {
    float[] lane = new float[LANES];
    for (int i = 0; i < n; i++) {
      lane[i & (LANES - 1)] += x[xo + i];
    }
    return RowKernels.fold(lane);
  }

  @Override
  public float dot(float[] x, int xo, float[] y, int yo, int n) {
    float[] lane = new float[LANES];
    for (int i = 0; i < n; i++) {
      int l = i & (LANES - 1);
      lane[l] = Math.fma(x[xo + i], y[yo + i], lane[l]);
    }
    return RowKernels.fold(lane);
  }

  @Override
  public float squaredDeviations(float[] x, int xo, int n, float mean) {
    float[] lane = new float[LANES];
    for (int i = 0; i < n; i++) {
      int l = i & (LANES - 1);
      float d = x[xo + i] - mean;
      lane[l] = Math.fma(d, d, lane[l]);
    }
    return RowKernels.fold(lane);
  }

  @Override
  public float normalizedDot(float[] x, int xo, float mean, float scale, float[] y, int yo, int n) {
    float[] lane = new float[LANES];
    for (int i = 0; i < n; i++) {
      int l = i & (LANES - 1);
      lane[l] = Math.fma((x[xo + i] - mean) * scale, y[yo + i], lane[l]);
    }
    return RowKernels.fold(lane);
  }

  @Override
  public float max(float[] x, int xo, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, x[xo + i]);
    }
    return max;
  }

  @Override
  public float largest(float[] x, int xo, int n) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      float v = x[xo + i];
      largest = v > largest ? v : largest;
    }
    return largest + 0f; // a zero is +0, whichever came first
  }

  @Override
  public float expSum(float[] x, int xo, float[] y, int yo, int n, float shift) {
    float[] lane = new float[LANES];
    for (int i = 0; i < n; i++) {
      float e = ScalarMath.exp(x[xo + i] - shift);
      y[yo + i] = e;
      lane[i & (LANES - 1)] += e;
    }
    return RowKernels.fold(lane);
  }

  @Override
  public void scale(float[] x, int xo, float[] y, int yo, int n, float factor) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = factor * x[xo + i];
    }
  }

  @Override
  public void divide(float[] x, int xo, float[] y, int yo, int n, float divisor) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = x[xo + i] / divisor;
    }
  }

  @Override
  public void addScaled(float[] x, int xo, float[] y, int yo, int n, float factor) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = Math.fma(factor, x[xo + i], y[yo + i]);
    }
  }

  @Override
  public void addProduct(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = Math.fma(a[ao + i], b[bo + i], y[yo + i]);
    }
  }

  @Override
  public void maximum(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = Math.max(x[xo + i], y[yo + i]);
    }
  }

  @Override
  public void normalize(float[] x, int xo, float[] y, int yo, int n, float mean, float scale) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = (x[xo + i] - mean) * scale;
    }
  }

  @Override
  public void normalizeAffine(
      float[] x,
      int xo,
      float[] y,
      int yo,
      int n,
      float mean,
      float scale,
      float[] factor,
      int fo,
      float[] shift,
      int so) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = Math.fma((x[xo + i] - mean) * scale, factor[fo + i], shift[so + i]);
    }
  }

  @Override
  public void affine(
      float[] x, int xo, float[] y, int yo, int n, float[] factor, int fo, float[] shift, int so) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = Math.fma(x[xo + i], factor[fo + i], shift[so + i]);
    }
  }

  @Override
  public void affineSilu(
      float[] x, int xo, float[] y, int yo, int n, float[] factor, int fo, float[] shift, int so) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = ScalarMath.silu(Math.fma(x[xo + i], factor[fo + i], shift[so + i]));
    }
  }

  @Override
  public void affineSiluGrad(
      float[] x,
      int xo,
      float[] dy,
      int dyo,
      float[] dx,
      int dxo,
      int n,
      float[] factor,
      int fo,
      float[] shift,
      int so) {
    for (int i = 0; i < n; i++) {
      float z = Math.fma(x[xo + i], factor[fo + i], shift[so + i]);
      dx[dxo + i] = dy[dyo + i] * ScalarActivations.siluDerivative(z);
    }
  }

  @Override
  public void combine(
      float[] x,
      int xo,
      float a,
      float[] z,
      int zo,
      float mean,
      float b,
      float c,
      float[] y,
      int yo,
      int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = Math.fma(a, x[xo + i], Math.fma(b, z[zo + i] - mean, c));
    }
  }

  @Override
  public void timesShifted(
      float[] x, int xo, float[] z, int zo, float shift, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = x[xo + i] * (z[zo + i] - shift);
    }
  }

  @Override
  public void columnSums(float[] x, int xo, int stride, int rows, int n, float[] y, int yo) {
    Arrays.fill(y, yo, yo + n, 0);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < n; c++) {
        y[yo + c] += x[xo + r * stride + c];
      }
    }
  }

  @Override
  public void columnSquaredDeviations(
      float[] x, int xo, int stride, int rows, int n, float[] mean, int mo, float[] y, int yo) {
    Arrays.fill(y, yo, yo + n, 0);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < n; c++) {
        float d = x[xo + r * stride + c] - mean[mo + c];
        y[yo + c] = Math.fma(d, d, y[yo + c]);
      }
    }
  }

  @Override
  public void affineSiluGradSums(
      float[] x,
      float[] dy,
      int o,
      int rows,
      int n,
      float[] factor,
      float[] shift,
      float[] unit,
      float[] unitShift,
      int bo,
      boolean silu,
      float[] dz,
      int zo,
      float[] sums,
      float[] products,
      int so) {
    scalarSums(
        0, x, dy, o, rows, n, factor, shift, unit, unitShift, bo, silu, dz, zo, sums, products, so);
  }

  /** {@link #affineSiluGradSums} from column {@code first} on. */
  static void scalarSums(
      int first,
      float[] x,
      float[] dy,
      int o,
      int rows,
      int n,
      float[] factor,
      float[] shift,
      float[] unit,
      float[] unitShift,
      int bo,
      boolean silu,
      float[] dz,
      int zo,
      float[] sums,
      float[] products,
      int so) {
    for (int c = first; c < n; c++) {
      float sum = 0;
      float product = 0;
      int b = bo + c;
      for (int r = 0, i = o + c; r < rows; r++, i += n) {
        float z = Math.fma(x[i], factor[b], shift[b]);
        float d = silu ? dy[i] * ScalarActivations.siluDerivative(z) : dy[i];
        dz[zo - o + i] = d;
        sum += d;
        product = Math.fma(d, Math.fma(x[i], unit[b], unitShift[b]), product);
      }
      sums[so + c] = sum;
      products[so + c] = product;
    }
  }

  @Override
  public void addNormalized(
      float[] x,
      float[] dz,
      int o,
      int rows,
      int n,
      float[] factor,
      float[] unit,
      float[] unitShift,
      float[] slope,
      float[] constant,
      int bo,
      float[] dx) {
    scalarNormalized(0, x, dz, o, rows, n, factor, unit, unitShift, slope, constant, bo, dx);
  }

  /** {@link #addNormalized} from column {@code first} on. */
  static void scalarNormalized(
      int first,
      float[] x,
      float[] dz,
      int o,
      int rows,
      int n,
      float[] factor,
      float[] unit,
      float[] unitShift,
      float[] slope,
      float[] constant,
      int bo,
      float[] dx) {
    for (int c = first; c < n; c++) {
      int b = bo + c;
      for (int r = 0, i = o + c; r < rows; r++, i += n) {
        float xHat = Math.fma(x[i], unit[b], unitShift[b]);
        dx[i] = Math.fma(dz[i], factor[b], Math.fma(xHat, slope[b], constant[b]));
      }
    }
  }
}
