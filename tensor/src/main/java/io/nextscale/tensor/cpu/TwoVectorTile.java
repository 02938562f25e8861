package io.nextscale.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Up to six rows times two vectors of columns, for processors with 16 vector registers (12 sums, 2
 * vectors of the panel, 1 broadcast) and for the last columns elsewhere.
 */
final class TwoVectorTile {

  private static final VectorSpecies<Float> S = Lanes.F;
  private static final int N = Lanes.N;

  private TwoVectorTile() {}

  /** See {@link Tiles#multiply}. */
  static void multiply(
      int rows,
      int depth,
      float[] a,
      int a0,
      int lda,
      int step,
      float[] panel,
      int p0,
      int stride,
      float[] c,
      int c0,
      int ldc,
      boolean add) {
    switch (rows) {
      case 1 -> one(depth, a, a0, step, panel, p0, stride, c, c0, add);
      case 2 -> two(depth, a, a0, lda, step, panel, p0, stride, c, c0, ldc, add);
      case 3 -> three(depth, a, a0, lda, step, panel, p0, stride, c, c0, ldc, add);
      case 4 -> four(depth, a, a0, lda, step, panel, p0, stride, c, c0, ldc, add);
      case 5 -> five(depth, a, a0, lda, step, panel, p0, stride, c, c0, ldc, add);
      case 6 -> six(depth, a, a0, lda, step, panel, p0, stride, c, c0, ldc, add);
      default -> throw new IllegalArgumentException("rows 1 to 6; got " + rows);
    }
  }

  private static void one(
      int depth,
      float[] a,
      int a0,
      int step,
      float[] panel,
      int p0,
      int stride,
      float[] c,
      int c0,
      boolean add) {
    FloatVector s00 = add ? FloatVector.fromArray(S, c, c0) : FloatVector.zero(S);
    FloatVector s01 = add ? FloatVector.fromArray(S, c, c0 + N) : FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      int p = p0 + k * stride;
      int q = k * step;
      FloatVector b0 = FloatVector.fromArray(S, panel, p);
      FloatVector b1 = FloatVector.fromArray(S, panel, p + N);
      FloatVector x = FloatVector.broadcast(S, a[a0 + q]);
      s00 = x.fma(b0, s00);
      s01 = x.fma(b1, s01);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + N);
  }

  private static void two(
      int depth,
      float[] a,
      int a0,
      int lda,
      int step,
      float[] panel,
      int p0,
      int stride,
      float[] c,
      int c0,
      int ldc,
      boolean add) {
    int a1 = a0 + lda;
    int c1 = c0 + ldc;
    FloatVector s00 = add ? FloatVector.fromArray(S, c, c0) : FloatVector.zero(S);
    FloatVector s01 = add ? FloatVector.fromArray(S, c, c0 + N) : FloatVector.zero(S);
    FloatVector s10 = add ? FloatVector.fromArray(S, c, c1) : FloatVector.zero(S);
    FloatVector s11 = add ? FloatVector.fromArray(S, c, c1 + N) : FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      int p = p0 + k * stride;
      int q = k * step;
      FloatVector b0 = FloatVector.fromArray(S, panel, p);
      FloatVector b1 = FloatVector.fromArray(S, panel, p + N);
      FloatVector x = FloatVector.broadcast(S, a[a0 + q]);
      s00 = x.fma(b0, s00);
      s01 = x.fma(b1, s01);
      x = FloatVector.broadcast(S, a[a1 + q]);
      s10 = x.fma(b0, s10);
      s11 = x.fma(b1, s11);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + N);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + N);
  }

  private static void three(
      int depth,
      float[] a,
      int a0,
      int lda,
      int step,
      float[] panel,
      int p0,
      int stride,
      float[] c,
      int c0,
      int ldc,
      boolean add) {
    int a1 = a0 + lda;
    int a2 = a1 + lda;
    int c1 = c0 + ldc;
    int c2 = c1 + ldc;
    FloatVector s00 = add ? FloatVector.fromArray(S, c, c0) : FloatVector.zero(S);
    FloatVector s01 = add ? FloatVector.fromArray(S, c, c0 + N) : FloatVector.zero(S);
    FloatVector s10 = add ? FloatVector.fromArray(S, c, c1) : FloatVector.zero(S);
    FloatVector s11 = add ? FloatVector.fromArray(S, c, c1 + N) : FloatVector.zero(S);
    FloatVector s20 = add ? FloatVector.fromArray(S, c, c2) : FloatVector.zero(S);
    FloatVector s21 = add ? FloatVector.fromArray(S, c, c2 + N) : FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      int p = p0 + k * stride;
      int q = k * step;
      FloatVector b0 = FloatVector.fromArray(S, panel, p);
      FloatVector b1 = FloatVector.fromArray(S, panel, p + N);
      FloatVector x = FloatVector.broadcast(S, a[a0 + q]);
      s00 = x.fma(b0, s00);
      s01 = x.fma(b1, s01);
      x = FloatVector.broadcast(S, a[a1 + q]);
      s10 = x.fma(b0, s10);
      s11 = x.fma(b1, s11);
      x = FloatVector.broadcast(S, a[a2 + q]);
      s20 = x.fma(b0, s20);
      s21 = x.fma(b1, s21);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + N);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + N);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + N);
  }

  private static void four(
      int depth,
      float[] a,
      int a0,
      int lda,
      int step,
      float[] panel,
      int p0,
      int stride,
      float[] c,
      int c0,
      int ldc,
      boolean add) {
    int a1 = a0 + lda;
    int a2 = a1 + lda;
    int a3 = a2 + lda;
    int c1 = c0 + ldc;
    int c2 = c1 + ldc;
    int c3 = c2 + ldc;
    FloatVector s00 = add ? FloatVector.fromArray(S, c, c0) : FloatVector.zero(S);
    FloatVector s01 = add ? FloatVector.fromArray(S, c, c0 + N) : FloatVector.zero(S);
    FloatVector s10 = add ? FloatVector.fromArray(S, c, c1) : FloatVector.zero(S);
    FloatVector s11 = add ? FloatVector.fromArray(S, c, c1 + N) : FloatVector.zero(S);
    FloatVector s20 = add ? FloatVector.fromArray(S, c, c2) : FloatVector.zero(S);
    FloatVector s21 = add ? FloatVector.fromArray(S, c, c2 + N) : FloatVector.zero(S);
    FloatVector s30 = add ? FloatVector.fromArray(S, c, c3) : FloatVector.zero(S);
    FloatVector s31 = add ? FloatVector.fromArray(S, c, c3 + N) : FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      int p = p0 + k * stride;
      int q = k * step;
      FloatVector b0 = FloatVector.fromArray(S, panel, p);
      FloatVector b1 = FloatVector.fromArray(S, panel, p + N);
      FloatVector x = FloatVector.broadcast(S, a[a0 + q]);
      s00 = x.fma(b0, s00);
      s01 = x.fma(b1, s01);
      x = FloatVector.broadcast(S, a[a1 + q]);
      s10 = x.fma(b0, s10);
      s11 = x.fma(b1, s11);
      x = FloatVector.broadcast(S, a[a2 + q]);
      s20 = x.fma(b0, s20);
      s21 = x.fma(b1, s21);
      x = FloatVector.broadcast(S, a[a3 + q]);
      s30 = x.fma(b0, s30);
      s31 = x.fma(b1, s31);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + N);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + N);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + N);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + N);
  }

  private static void five(
      int depth,
      float[] a,
      int a0,
      int lda,
      int step,
      float[] panel,
      int p0,
      int stride,
      float[] c,
      int c0,
      int ldc,
      boolean add) {
    int a1 = a0 + lda;
    int a2 = a1 + lda;
    int a3 = a2 + lda;
    int a4 = a3 + lda;
    int c1 = c0 + ldc;
    int c2 = c1 + ldc;
    int c3 = c2 + ldc;
    int c4 = c3 + ldc;
    FloatVector s00 = add ? FloatVector.fromArray(S, c, c0) : FloatVector.zero(S);
    FloatVector s01 = add ? FloatVector.fromArray(S, c, c0 + N) : FloatVector.zero(S);
    FloatVector s10 = add ? FloatVector.fromArray(S, c, c1) : FloatVector.zero(S);
    FloatVector s11 = add ? FloatVector.fromArray(S, c, c1 + N) : FloatVector.zero(S);
    FloatVector s20 = add ? FloatVector.fromArray(S, c, c2) : FloatVector.zero(S);
    FloatVector s21 = add ? FloatVector.fromArray(S, c, c2 + N) : FloatVector.zero(S);
    FloatVector s30 = add ? FloatVector.fromArray(S, c, c3) : FloatVector.zero(S);
    FloatVector s31 = add ? FloatVector.fromArray(S, c, c3 + N) : FloatVector.zero(S);
    FloatVector s40 = add ? FloatVector.fromArray(S, c, c4) : FloatVector.zero(S);
    FloatVector s41 = add ? FloatVector.fromArray(S, c, c4 + N) : FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      int p = p0 + k * stride;
      int q = k * step;
      FloatVector b0 = FloatVector.fromArray(S, panel, p);
      FloatVector b1 = FloatVector.fromArray(S, panel, p + N);
      FloatVector x = FloatVector.broadcast(S, a[a0 + q]);
      s00 = x.fma(b0, s00);
      s01 = x.fma(b1, s01);
      x = FloatVector.broadcast(S, a[a1 + q]);
      s10 = x.fma(b0, s10);
      s11 = x.fma(b1, s11);
      x = FloatVector.broadcast(S, a[a2 + q]);
      s20 = x.fma(b0, s20);
      s21 = x.fma(b1, s21);
      x = FloatVector.broadcast(S, a[a3 + q]);
      s30 = x.fma(b0, s30);
      s31 = x.fma(b1, s31);
      x = FloatVector.broadcast(S, a[a4 + q]);
      s40 = x.fma(b0, s40);
      s41 = x.fma(b1, s41);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + N);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + N);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + N);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + N);
    s40.intoArray(c, c4);
    s41.intoArray(c, c4 + N);
  }

  private static void six(
      int depth,
      float[] a,
      int a0,
      int lda,
      int step,
      float[] panel,
      int p0,
      int stride,
      float[] c,
      int c0,
      int ldc,
      boolean add) {
    int a1 = a0 + lda;
    int a2 = a1 + lda;
    int a3 = a2 + lda;
    int a4 = a3 + lda;
    int a5 = a4 + lda;
    int c1 = c0 + ldc;
    int c2 = c1 + ldc;
    int c3 = c2 + ldc;
    int c4 = c3 + ldc;
    int c5 = c4 + ldc;
    FloatVector s00 = add ? FloatVector.fromArray(S, c, c0) : FloatVector.zero(S);
    FloatVector s01 = add ? FloatVector.fromArray(S, c, c0 + N) : FloatVector.zero(S);
    FloatVector s10 = add ? FloatVector.fromArray(S, c, c1) : FloatVector.zero(S);
    FloatVector s11 = add ? FloatVector.fromArray(S, c, c1 + N) : FloatVector.zero(S);
    FloatVector s20 = add ? FloatVector.fromArray(S, c, c2) : FloatVector.zero(S);
    FloatVector s21 = add ? FloatVector.fromArray(S, c, c2 + N) : FloatVector.zero(S);
    FloatVector s30 = add ? FloatVector.fromArray(S, c, c3) : FloatVector.zero(S);
    FloatVector s31 = add ? FloatVector.fromArray(S, c, c3 + N) : FloatVector.zero(S);
    FloatVector s40 = add ? FloatVector.fromArray(S, c, c4) : FloatVector.zero(S);
    FloatVector s41 = add ? FloatVector.fromArray(S, c, c4 + N) : FloatVector.zero(S);
    FloatVector s50 = add ? FloatVector.fromArray(S, c, c5) : FloatVector.zero(S);
    FloatVector s51 = add ? FloatVector.fromArray(S, c, c5 + N) : FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      int p = p0 + k * stride;
      int q = k * step;
      FloatVector b0 = FloatVector.fromArray(S, panel, p);
      FloatVector b1 = FloatVector.fromArray(S, panel, p + N);
      FloatVector x = FloatVector.broadcast(S, a[a0 + q]);
      s00 = x.fma(b0, s00);
      s01 = x.fma(b1, s01);
      x = FloatVector.broadcast(S, a[a1 + q]);
      s10 = x.fma(b0, s10);
      s11 = x.fma(b1, s11);
      x = FloatVector.broadcast(S, a[a2 + q]);
      s20 = x.fma(b0, s20);
      s21 = x.fma(b1, s21);
      x = FloatVector.broadcast(S, a[a3 + q]);
      s30 = x.fma(b0, s30);
      s31 = x.fma(b1, s31);
      x = FloatVector.broadcast(S, a[a4 + q]);
      s40 = x.fma(b0, s40);
      s41 = x.fma(b1, s41);
      x = FloatVector.broadcast(S, a[a5 + q]);
      s50 = x.fma(b0, s50);
      s51 = x.fma(b1, s51);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + N);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + N);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + N);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + N);
    s40.intoArray(c, c4);
    s41.intoArray(c, c4 + N);
    s50.intoArray(c, c5);
    s51.intoArray(c, c5 + N);
  }
}
