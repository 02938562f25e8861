package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.Lanes.F;
import static io.nextscale.tensor.cpu.Lanes.N;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;

/**
 * {@link RowKernels} on vectors of {@link Lanes#F}.
 *
 * <p>A sum keeps two vectors of lanes at a time and passes over the row once for every two vectors
 * that {@link RowKernels#LANES} lanes need: once at 512 bits, four times at 128. The row stays in
 * the first-level cache, so the further passes cost little, and the loop is the same at every
 * width.
 */
final class VectorRowKernels implements RowKernels {

  /** Elements that fill every lane equally often; the rest is added lane by lane. */
  private static int whole(int n) {
    return n & -LANES;
  }

  @Override
  public float sum(float[] x, int xo, int n) {
    float[] lane = new float[LANES];
    int whole = whole(n);
    for (int l = 0; l < LANES; l += 2 * N) {
      FloatVector a = FloatVector.zero(F);
      FloatVector b = a;
      for (int i = l; i < whole; i += LANES) {
        a = a.add(FloatVector.fromArray(F, x, xo + i));
        b = b.add(FloatVector.fromArray(F, x, xo + i + N));
      }
      a.intoArray(lane, l);
      b.intoArray(lane, l + N);
    }
    for (int i = whole; i < n; i++) {
      lane[i - whole] += x[xo + i];
    }
    return RowKernels.fold(lane);
  }

  @Override
  public float dot(float[] x, int xo, float[] y, int yo, int n) {
    float[] lane = new float[LANES];
    int whole = whole(n);
    for (int l = 0; l < LANES; l += 2 * N) {
      FloatVector a = FloatVector.zero(F);
      FloatVector b = a;
      for (int i = l; i < whole; i += LANES) {
        a = FloatVector.fromArray(F, x, xo + i).fma(FloatVector.fromArray(F, y, yo + i), a);
        b = FloatVector.fromArray(F, x, xo + i + N).fma(FloatVector.fromArray(F, y, yo + i + N), b);
      }
      a.intoArray(lane, l);
      b.intoArray(lane, l + N);
    }
    for (int i = whole; i < n; i++) {
      lane[i - whole] = Math.fma(x[xo + i], y[yo + i], lane[i - whole]);
    }
    return RowKernels.fold(lane);
  }

  @Override
  public float squaredDeviations(float[] x, int xo, int n, float mean) {
    float[] lane = new float[LANES];
    int whole = whole(n);
    FloatVector m = FloatVector.broadcast(F, mean);
    for (int l = 0; l < LANES; l += 2 * N) {
      FloatVector a = FloatVector.zero(F);
      FloatVector b = a;
      for (int i = l; i < whole; i += LANES) {
        FloatVector d = FloatVector.fromArray(F, x, xo + i).sub(m);
        FloatVector e = FloatVector.fromArray(F, x, xo + i + N).sub(m);
        a = d.fma(d, a);
        b = e.fma(e, b);
      }
      a.intoArray(lane, l);
      b.intoArray(lane, l + N);
    }
    for (int i = whole; i < n; i++) {
      float d = x[xo + i] - mean;
      lane[i - whole] = Math.fma(d, d, lane[i - whole]);
    }
    return RowKernels.fold(lane);
  }

  @Override
  public float normalizedDot(float[] x, int xo, float mean, float scale, float[] y, int yo, int n) {
    float[] lane = new float[LANES];
    int whole = whole(n);
    FloatVector m = FloatVector.broadcast(F, mean);
    FloatVector s = FloatVector.broadcast(F, scale);
    for (int l = 0; l < LANES; l += 2 * N) {
      FloatVector a = FloatVector.zero(F);
      FloatVector b = a;
      for (int i = l; i < whole; i += LANES) {
        FloatVector d = FloatVector.fromArray(F, x, xo + i).sub(m).mul(s);
        FloatVector e = FloatVector.fromArray(F, x, xo + i + N).sub(m).mul(s);
        a = d.fma(FloatVector.fromArray(F, y, yo + i), a);
        b = e.fma(FloatVector.fromArray(F, y, yo + i + N), b);
      }
      a.intoArray(lane, l);
      b.intoArray(lane, l + N);
    }
    for (int i = whole; i < n; i++) {
      lane[i - whole] = Math.fma((x[xo + i] - mean) * scale, y[yo + i], lane[i - whole]);
    }
    return RowKernels.fold(lane);
  }

  @Override
  public float max(float[] x, int xo, int n) {
    float max = Float.NEGATIVE_INFINITY;
    int i = 0;
    if (n >= 2 * N) {
      FloatVector a = FloatVector.broadcast(F, max);
      FloatVector b = a;
      for (; i <= n - 2 * N; i += 2 * N) {
        a = a.max(FloatVector.fromArray(F, x, xo + i));
        b = b.max(FloatVector.fromArray(F, x, xo + i + N));
      }
      float[] lane = new float[LANES];
      a.max(b).intoArray(lane, 0);
      for (int l = 0; l < N; l++) {
        max = Math.max(max, lane[l]);
      }
    }
    for (; i < n; i++) {
      max = Math.max(max, x[xo + i]);
    }
    return max;
  }

  @Override
  public float largest(float[] x, int xo, int n) {
    float largest = Float.NEGATIVE_INFINITY;
    int i = 0;
    if (n >= 2 * N) {
      FloatVector a = FloatVector.broadcast(F, largest);
      FloatVector b = a;
      // compare and blend: max carries the rules of Math.max and takes twice as long
      for (; i <= n - 2 * N; i += 2 * N) {
        FloatVector v = FloatVector.fromArray(F, x, xo + i);
        FloatVector w = FloatVector.fromArray(F, x, xo + i + N);
        a = a.blend(v, v.compare(GT, a));
        b = b.blend(w, w.compare(GT, b));
      }
      float[] lane = new float[LANES];
      a.blend(b, b.compare(GT, a)).intoArray(lane, 0);
      for (int l = 0; l < N; l++) {
        largest = lane[l] > largest ? lane[l] : largest;
      }
    }
    for (; i < n; i++) {
      float v = x[xo + i];
      largest = v > largest ? v : largest;
    }
    return largest + 0f; // a zero is +0, whichever came first
  }

  @Override
  public float expSum(float[] x, int xo, float[] y, int yo, int n, float shift) {
    float[] lane = new float[LANES];
    int whole = whole(n);
    FloatVector s = FloatVector.broadcast(F, shift);
    for (int l = 0; l < LANES; l += 2 * N) {
      FloatVector a = FloatVector.zero(F);
      FloatVector b = a;
      for (int i = l; i < whole; i += LANES) {
        FloatVector d = VectorMath.exp(FloatVector.fromArray(F, x, xo + i).sub(s));
        FloatVector e = VectorMath.exp(FloatVector.fromArray(F, x, xo + i + N).sub(s));
        d.intoArray(y, yo + i);
        e.intoArray(y, yo + i + N);
        a = a.add(d);
        b = b.add(e);
      }
      a.intoArray(lane, l);
      b.intoArray(lane, l + N);
    }
    for (int i = whole; i < n; i++) {
      float e = ScalarMath.exp(x[xo + i] - shift);
      y[yo + i] = e;
      lane[i - whole] += e;
    }
    return RowKernels.fold(lane);
  }

  @Override
  public void scale(float[] x, int xo, float[] y, int yo, int n, float factor) {
    int i = 0;
    for (; i <= n - N; i += N) {
      FloatVector.fromArray(F, x, xo + i).mul(factor).intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = factor * x[xo + i];
    }
  }

  @Override
  public void divide(float[] x, int xo, float[] y, int yo, int n, float divisor) {
    int i = 0;
    for (; i <= n - N; i += N) {
      FloatVector.fromArray(F, x, xo + i).div(divisor).intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = x[xo + i] / divisor;
    }
  }

  @Override
  public void addScaled(float[] x, int xo, float[] y, int yo, int n, float factor) {
    FloatVector f = FloatVector.broadcast(F, factor);
    int i = 0;
    for (; i <= n - N; i += N) {
      f.fma(FloatVector.fromArray(F, x, xo + i), FloatVector.fromArray(F, y, yo + i))
          .intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = Math.fma(factor, x[xo + i], y[yo + i]);
    }
  }

  @Override
  public void addProduct(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    int i = 0;
    for (; i <= n - N; i += N) {
      FloatVector.fromArray(F, a, ao + i)
          .fma(FloatVector.fromArray(F, b, bo + i), FloatVector.fromArray(F, y, yo + i))
          .intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = Math.fma(a[ao + i], b[bo + i], y[yo + i]);
    }
  }

  @Override
  public void maximum(float[] x, int xo, float[] y, int yo, int n) {
    int i = 0;
    for (; i <= n - N; i += N) {
      FloatVector.fromArray(F, x, xo + i)
          .max(FloatVector.fromArray(F, y, yo + i))
          .intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = Math.max(x[xo + i], y[yo + i]);
    }
  }

  @Override
  public void normalize(float[] x, int xo, float[] y, int yo, int n, float mean, float scale) {
    FloatVector m = FloatVector.broadcast(F, mean);
    FloatVector s = FloatVector.broadcast(F, scale);
    int i = 0;
    for (; i <= n - N; i += N) {
      FloatVector.fromArray(F, x, xo + i).sub(m).mul(s).intoArray(y, yo + i);
    }
    for (; i < n; i++) {
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
    FloatVector m = FloatVector.broadcast(F, mean);
    FloatVector s = FloatVector.broadcast(F, scale);
    int i = 0;
    for (; i <= n - N; i += N) {
      FloatVector.fromArray(F, x, xo + i)
          .sub(m)
          .mul(s)
          .fma(FloatVector.fromArray(F, factor, fo + i), FloatVector.fromArray(F, shift, so + i))
          .intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = Math.fma((x[xo + i] - mean) * scale, factor[fo + i], shift[so + i]);
    }
  }

  @Override
  public void affine(
      float[] x, int xo, float[] y, int yo, int n, float[] factor, int fo, float[] shift, int so) {
    int i = 0;
    for (; i <= n - N; i += N) {
      affine(x, xo + i, factor, fo + i, shift, so + i).intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = Math.fma(x[xo + i], factor[fo + i], shift[so + i]);
    }
  }

  private static FloatVector affine(
      float[] x, int xo, float[] factor, int fo, float[] shift, int so) {
    return FloatVector.fromArray(F, x, xo)
        .fma(FloatVector.fromArray(F, factor, fo), FloatVector.fromArray(F, shift, so));
  }

  @Override
  public void affineSilu(
      float[] x, int xo, float[] y, int yo, int n, float[] factor, int fo, float[] shift, int so) {
    int i = 0;
    for (; i <= n - N; i += N) {
      VectorMath.silu(affine(x, xo + i, factor, fo + i, shift, so + i)).intoArray(y, yo + i);
    }
    for (; i < n; i++) {
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
    int i = 0;
    for (; i <= n - N; i += N) {
      FloatVector z = affine(x, xo + i, factor, fo + i, shift, so + i);
      FloatVector.fromArray(F, dy, dyo + i)
          .mul(VectorActivations.siluDerivative(z))
          .intoArray(dx, dxo + i);
    }
    for (; i < n; i++) {
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
    FloatVector va = FloatVector.broadcast(F, a);
    FloatVector vb = FloatVector.broadcast(F, b);
    FloatVector vc = FloatVector.broadcast(F, c);
    int i = 0;
    for (; i <= n - N; i += N) {
      FloatVector inner = vb.fma(FloatVector.fromArray(F, z, zo + i).sub(mean), vc);
      va.fma(FloatVector.fromArray(F, x, xo + i), inner).intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = Math.fma(a, x[xo + i], Math.fma(b, z[zo + i] - mean, c));
    }
  }

  @Override
  public void timesShifted(
      float[] x, int xo, float[] z, int zo, float shift, float[] y, int yo, int n) {
    int i = 0;
    for (; i <= n - N; i += N) {
      FloatVector.fromArray(F, z, zo + i)
          .sub(shift)
          .mul(FloatVector.fromArray(F, x, xo + i))
          .intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = x[xo + i] * (z[zo + i] - shift);
    }
  }

  @Override
  public void columnSums(float[] x, int xo, int stride, int rows, int n, float[] y, int yo) {
    int c = 0;
    for (; c <= n - 4 * N; c += 4 * N) { // four sums at a time hide the latency of one
      FloatVector s0 = FloatVector.zero(F);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      for (int r = 0, o = xo + c; r < rows; r++, o += stride) {
        s0 = s0.add(FloatVector.fromArray(F, x, o));
        s1 = s1.add(FloatVector.fromArray(F, x, o + N));
        s2 = s2.add(FloatVector.fromArray(F, x, o + 2 * N));
        s3 = s3.add(FloatVector.fromArray(F, x, o + 3 * N));
      }
      s0.intoArray(y, yo + c);
      s1.intoArray(y, yo + c + N);
      s2.intoArray(y, yo + c + 2 * N);
      s3.intoArray(y, yo + c + 3 * N);
    }
    for (; c <= n - N; c += N) {
      FloatVector s = FloatVector.zero(F);
      for (int r = 0, o = xo + c; r < rows; r++, o += stride) {
        s = s.add(FloatVector.fromArray(F, x, o));
      }
      s.intoArray(y, yo + c);
    }
    for (; c < n; c++) {
      float s = 0;
      for (int r = 0, o = xo + c; r < rows; r++, o += stride) {
        s += x[o];
      }
      y[yo + c] = s;
    }
  }

  @Override
  public void columnSquaredDeviations(
      float[] x, int xo, int stride, int rows, int n, float[] mean, int mo, float[] y, int yo) {
    int c = 0;
    for (; c <= n - 2 * N; c += 2 * N) {
      FloatVector s0 = FloatVector.zero(F);
      FloatVector s1 = s0;
      FloatVector m0 = FloatVector.fromArray(F, mean, mo + c);
      FloatVector m1 = FloatVector.fromArray(F, mean, mo + c + N);
      for (int r = 0, o = xo + c; r < rows; r++, o += stride) {
        FloatVector d0 = FloatVector.fromArray(F, x, o).sub(m0);
        FloatVector d1 = FloatVector.fromArray(F, x, o + N).sub(m1);
        s0 = d0.fma(d0, s0);
        s1 = d1.fma(d1, s1);
      }
      s0.intoArray(y, yo + c);
      s1.intoArray(y, yo + c + N);
    }
    for (; c < n; c++) {
      float s = 0;
      for (int r = 0, o = xo + c; r < rows; r++, o += stride) {
        float d = x[o] - mean[mo + c];
        s = Math.fma(d, d, s);
      }
      y[yo + c] = s;
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
    int c = 0;
    for (; c <= n - N; c += N) {
      FloatVector f = FloatVector.fromArray(F, factor, bo + c);
      FloatVector s = FloatVector.fromArray(F, shift, bo + c);
      FloatVector u = FloatVector.fromArray(F, unit, bo + c);
      FloatVector us = FloatVector.fromArray(F, unitShift, bo + c);
      FloatVector sum = FloatVector.zero(F);
      FloatVector product = sum;
      for (int r = 0, i = o + c; r < rows; r++, i += n) {
        FloatVector xs = FloatVector.fromArray(F, x, i);
        FloatVector d = FloatVector.fromArray(F, dy, i);
        if (silu) {
          d = d.mul(VectorActivations.siluDerivative(xs.fma(f, s)));
        }
        d.intoArray(dz, zo - o + i);
        sum = sum.add(d);
        product = d.fma(xs.fma(u, us), product);
      }
      sum.intoArray(sums, so + c);
      product.intoArray(products, so + c);
    }
    ScalarRowKernels.scalarSums(
        c, x, dy, o, rows, n, factor, shift, unit, unitShift, bo, silu, dz, zo, sums, products, so);
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
    int c = 0;
    for (; c <= n - N; c += N) {
      FloatVector f = FloatVector.fromArray(F, factor, bo + c);
      FloatVector u = FloatVector.fromArray(F, unit, bo + c);
      FloatVector us = FloatVector.fromArray(F, unitShift, bo + c);
      FloatVector b = FloatVector.fromArray(F, slope, bo + c);
      FloatVector a = FloatVector.fromArray(F, constant, bo + c);
      for (int r = 0, i = o + c; r < rows; r++, i += n) {
        FloatVector xHat = FloatVector.fromArray(F, x, i).fma(u, us);
        FloatVector.fromArray(F, dz, i).fma(f, xHat.fma(b, a)).intoArray(dx, i);
      }
    }
    ScalarRowKernels.scalarNormalized(
        c, x, dz, o, rows, n, factor, unit, unitShift, slope, constant, bo, dx);
  }
}
