package io.nextscale.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Up to six rows times four vectors of columns, for processors with 32 vector registers: 24 sums, 4
 * vectors of the panel, 1 broadcast.
 *
 * <p>Per step of k, 10 loads feed 24 fma. Unrolling by hand over k makes it slower.
 */
final class FourVectorTile {

  private static final VectorSpecies<Float> S = Lanes.F;
  private static final int N = Lanes.N;

  private FourVectorTile() {}

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
    FloatVector s02 = add ? FloatVector.fromArray(S, c, c0 + 2 * N) : FloatVector.zero(S);
    FloatVector s03 = add ? FloatVector.fromArray(S, c, c0 + 3 * N) : FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      int p = p0 + k * stride;
      int q = k * step;
      FloatVector b0 = FloatVector.fromArray(S, panel, p);
      FloatVector b1 = FloatVector.fromArray(S, panel, p + N);
      FloatVector b2 = FloatVector.fromArray(S, panel, p + 2 * N);
      FloatVector b3 = FloatVector.fromArray(S, panel, p + 3 * N);
      FloatVector x = FloatVector.broadcast(S, a[a0 + q]);
      s00 = x.fma(b0, s00);
      s01 = x.fma(b1, s01);
      s02 = x.fma(b2, s02);
      s03 = x.fma(b3, s03);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + N);
    s02.intoArray(c, c0 + 2 * N);
    s03.intoArray(c, c0 + 3 * N);
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
    FloatVector s02 = add ? FloatVector.fromArray(S, c, c0 + 2 * N) : FloatVector.zero(S);
    FloatVector s03 = add ? FloatVector.fromArray(S, c, c0 + 3 * N) : FloatVector.zero(S);
    FloatVector s10 = add ? FloatVector.fromArray(S, c, c1) : FloatVector.zero(S);
    FloatVector s11 = add ? FloatVector.fromArray(S, c, c1 + N) : FloatVector.zero(S);
    FloatVector s12 = add ? FloatVector.fromArray(S, c, c1 + 2 * N) : FloatVector.zero(S);
    FloatVector s13 = add ? FloatVector.fromArray(S, c, c1 + 3 * N) : FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      int p = p0 + k * stride;
      int q = k * step;
      FloatVector b0 = FloatVector.fromArray(S, panel, p);
      FloatVector b1 = FloatVector.fromArray(S, panel, p + N);
      FloatVector b2 = FloatVector.fromArray(S, panel, p + 2 * N);
      FloatVector b3 = FloatVector.fromArray(S, panel, p + 3 * N);
      FloatVector x = FloatVector.broadcast(S, a[a0 + q]);
      s00 = x.fma(b0, s00);
      s01 = x.fma(b1, s01);
      s02 = x.fma(b2, s02);
      s03 = x.fma(b3, s03);
      x = FloatVector.broadcast(S, a[a1 + q]);
      s10 = x.fma(b0, s10);
      s11 = x.fma(b1, s11);
      s12 = x.fma(b2, s12);
      s13 = x.fma(b3, s13);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + N);
    s02.intoArray(c, c0 + 2 * N);
    s03.intoArray(c, c0 + 3 * N);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + N);
    s12.intoArray(c, c1 + 2 * N);
    s13.intoArray(c, c1 + 3 * N);
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
    FloatVector s02 = add ? FloatVector.fromArray(S, c, c0 + 2 * N) : FloatVector.zero(S);
    FloatVector s03 = add ? FloatVector.fromArray(S, c, c0 + 3 * N) : FloatVector.zero(S);
    FloatVector s10 = add ? FloatVector.fromArray(S, c, c1) : FloatVector.zero(S);
    FloatVector s11 = add ? FloatVector.fromArray(S, c, c1 + N) : FloatVector.zero(S);
    FloatVector s12 = add ? FloatVector.fromArray(S, c, c1 + 2 * N) : FloatVector.zero(S);
    FloatVector s13 = add ? FloatVector.fromArray(S, c, c1 + 3 * N) : FloatVector.zero(S);
    FloatVector s20 = add ? FloatVector.fromArray(S, c, c2) : FloatVector.zero(S);
    FloatVector s21 = add ? FloatVector.fromArray(S, c, c2 + N) : FloatVector.zero(S);
    FloatVector s22 = add ? FloatVector.fromArray(S, c, c2 + 2 * N) : FloatVector.zero(S);
    FloatVector s23 = add ? FloatVector.fromArray(S, c, c2 + 3 * N) : FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      int p = p0 + k * stride;
      int q = k * step;
      FloatVector b0 = FloatVector.fromArray(S, panel, p);
      FloatVector b1 = FloatVector.fromArray(S, panel, p + N);
      FloatVector b2 = FloatVector.fromArray(S, panel, p + 2 * N);
      FloatVector b3 = FloatVector.fromArray(S, panel, p + 3 * N);
      FloatVector x = FloatVector.broadcast(S, a[a0 + q]);
      s00 = x.fma(b0, s00);
      s01 = x.fma(b1, s01);
      s02 = x.fma(b2, s02);
      s03 = x.fma(b3, s03);
      x = FloatVector.broadcast(S, a[a1 + q]);
      s10 = x.fma(b0, s10);
      s11 = x.fma(b1, s11);
      s12 = x.fma(b2, s12);
      s13 = x.fma(b3, s13);
      x = FloatVector.broadcast(S, a[a2 + q]);
      s20 = x.fma(b0, s20);
      s21 = x.fma(b1, s21);
      s22 = x.fma(b2, s22);
      s23 = x.fma(b3, s23);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + N);
    s02.intoArray(c, c0 + 2 * N);
    s03.intoArray(c, c0 + 3 * N);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + N);
    s12.intoArray(c, c1 + 2 * N);
    s13.intoArray(c, c1 + 3 * N);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + N);
    s22.intoArray(c, c2 + 2 * N);
    s23.intoArray(c, c2 + 3 * N);
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
    FloatVector s02 = add ? FloatVector.fromArray(S, c, c0 + 2 * N) : FloatVector.zero(S);
    FloatVector s03 = add ? FloatVector.fromArray(S, c, c0 + 3 * N) : FloatVector.zero(S);
    FloatVector s10 = add ? FloatVector.fromArray(S, c, c1) : FloatVector.zero(S);
    FloatVector s11 = add ? FloatVector.fromArray(S, c, c1 + N) : FloatVector.zero(S);
    FloatVector s12 = add ? FloatVector.fromArray(S, c, c1 + 2 * N) : FloatVector.zero(S);
    FloatVector s13 = add ? FloatVector.fromArray(S, c, c1 + 3 * N) : FloatVector.zero(S);
    FloatVector s20 = add ? FloatVector.fromArray(S, c, c2) : FloatVector.zero(S);
    FloatVector s21 = add ? FloatVector.fromArray(S, c, c2 + N) : FloatVector.zero(S);
    FloatVector s22 = add ? FloatVector.fromArray(S, c, c2 + 2 * N) : FloatVector.zero(S);
    FloatVector s23 = add ? FloatVector.fromArray(S, c, c2 + 3 * N) : FloatVector.zero(S);
    FloatVector s30 = add ? FloatVector.fromArray(S, c, c3) : FloatVector.zero(S);
    FloatVector s31 = add ? FloatVector.fromArray(S, c, c3 + N) : FloatVector.zero(S);
    FloatVector s32 = add ? FloatVector.fromArray(S, c, c3 + 2 * N) : FloatVector.zero(S);
    FloatVector s33 = add ? FloatVector.fromArray(S, c, c3 + 3 * N) : FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      int p = p0 + k * stride;
      int q = k * step;
      FloatVector b0 = FloatVector.fromArray(S, panel, p);
      FloatVector b1 = FloatVector.fromArray(S, panel, p + N);
      FloatVector b2 = FloatVector.fromArray(S, panel, p + 2 * N);
      FloatVector b3 = FloatVector.fromArray(S, panel, p + 3 * N);
      FloatVector x = FloatVector.broadcast(S, a[a0 + q]);
      s00 = x.fma(b0, s00);
      s01 = x.fma(b1, s01);
      s02 = x.fma(b2, s02);
      s03 = x.fma(b3, s03);
      x = FloatVector.broadcast(S, a[a1 + q]);
      s10 = x.fma(b0, s10);
      s11 = x.fma(b1, s11);
      s12 = x.fma(b2, s12);
      s13 = x.fma(b3, s13);
      x = FloatVector.broadcast(S, a[a2 + q]);
      s20 = x.fma(b0, s20);
      s21 = x.fma(b1, s21);
      s22 = x.fma(b2, s22);
      s23 = x.fma(b3, s23);
      x = FloatVector.broadcast(S, a[a3 + q]);
      s30 = x.fma(b0, s30);
      s31 = x.fma(b1, s31);
      s32 = x.fma(b2, s32);
      s33 = x.fma(b3, s33);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + N);
    s02.intoArray(c, c0 + 2 * N);
    s03.intoArray(c, c0 + 3 * N);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + N);
    s12.intoArray(c, c1 + 2 * N);
    s13.intoArray(c, c1 + 3 * N);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + N);
    s22.intoArray(c, c2 + 2 * N);
    s23.intoArray(c, c2 + 3 * N);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + N);
    s32.intoArray(c, c3 + 2 * N);
    s33.intoArray(c, c3 + 3 * N);
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
    FloatVector s02 = add ? FloatVector.fromArray(S, c, c0 + 2 * N) : FloatVector.zero(S);
    FloatVector s03 = add ? FloatVector.fromArray(S, c, c0 + 3 * N) : FloatVector.zero(S);
    FloatVector s10 = add ? FloatVector.fromArray(S, c, c1) : FloatVector.zero(S);
    FloatVector s11 = add ? FloatVector.fromArray(S, c, c1 + N) : FloatVector.zero(S);
    FloatVector s12 = add ? FloatVector.fromArray(S, c, c1 + 2 * N) : FloatVector.zero(S);
    FloatVector s13 = add ? FloatVector.fromArray(S, c, c1 + 3 * N) : FloatVector.zero(S);
    FloatVector s20 = add ? FloatVector.fromArray(S, c, c2) : FloatVector.zero(S);
    FloatVector s21 = add ? FloatVector.fromArray(S, c, c2 + N) : FloatVector.zero(S);
    FloatVector s22 = add ? FloatVector.fromArray(S, c, c2 + 2 * N) : FloatVector.zero(S);
    FloatVector s23 = add ? FloatVector.fromArray(S, c, c2 + 3 * N) : FloatVector.zero(S);
    FloatVector s30 = add ? FloatVector.fromArray(S, c, c3) : FloatVector.zero(S);
    FloatVector s31 = add ? FloatVector.fromArray(S, c, c3 + N) : FloatVector.zero(S);
    FloatVector s32 = add ? FloatVector.fromArray(S, c, c3 + 2 * N) : FloatVector.zero(S);
    FloatVector s33 = add ? FloatVector.fromArray(S, c, c3 + 3 * N) : FloatVector.zero(S);
    FloatVector s40 = add ? FloatVector.fromArray(S, c, c4) : FloatVector.zero(S);
    FloatVector s41 = add ? FloatVector.fromArray(S, c, c4 + N) : FloatVector.zero(S);
    FloatVector s42 = add ? FloatVector.fromArray(S, c, c4 + 2 * N) : FloatVector.zero(S);
    FloatVector s43 = add ? FloatVector.fromArray(S, c, c4 + 3 * N) : FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      int p = p0 + k * stride;
      int q = k * step;
      FloatVector b0 = FloatVector.fromArray(S, panel, p);
      FloatVector b1 = FloatVector.fromArray(S, panel, p + N);
      FloatVector b2 = FloatVector.fromArray(S, panel, p + 2 * N);
      FloatVector b3 = FloatVector.fromArray(S, panel, p + 3 * N);
      FloatVector x = FloatVector.broadcast(S, a[a0 + q]);
      s00 = x.fma(b0, s00);
      s01 = x.fma(b1, s01);
      s02 = x.fma(b2, s02);
      s03 = x.fma(b3, s03);
      x = FloatVector.broadcast(S, a[a1 + q]);
      s10 = x.fma(b0, s10);
      s11 = x.fma(b1, s11);
      s12 = x.fma(b2, s12);
      s13 = x.fma(b3, s13);
      x = FloatVector.broadcast(S, a[a2 + q]);
      s20 = x.fma(b0, s20);
      s21 = x.fma(b1, s21);
      s22 = x.fma(b2, s22);
      s23 = x.fma(b3, s23);
      x = FloatVector.broadcast(S, a[a3 + q]);
      s30 = x.fma(b0, s30);
      s31 = x.fma(b1, s31);
      s32 = x.fma(b2, s32);
      s33 = x.fma(b3, s33);
      x = FloatVector.broadcast(S, a[a4 + q]);
      s40 = x.fma(b0, s40);
      s41 = x.fma(b1, s41);
      s42 = x.fma(b2, s42);
      s43 = x.fma(b3, s43);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + N);
    s02.intoArray(c, c0 + 2 * N);
    s03.intoArray(c, c0 + 3 * N);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + N);
    s12.intoArray(c, c1 + 2 * N);
    s13.intoArray(c, c1 + 3 * N);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + N);
    s22.intoArray(c, c2 + 2 * N);
    s23.intoArray(c, c2 + 3 * N);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + N);
    s32.intoArray(c, c3 + 2 * N);
    s33.intoArray(c, c3 + 3 * N);
    s40.intoArray(c, c4);
    s41.intoArray(c, c4 + N);
    s42.intoArray(c, c4 + 2 * N);
    s43.intoArray(c, c4 + 3 * N);
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
    FloatVector s02 = add ? FloatVector.fromArray(S, c, c0 + 2 * N) : FloatVector.zero(S);
    FloatVector s03 = add ? FloatVector.fromArray(S, c, c0 + 3 * N) : FloatVector.zero(S);
    FloatVector s10 = add ? FloatVector.fromArray(S, c, c1) : FloatVector.zero(S);
    FloatVector s11 = add ? FloatVector.fromArray(S, c, c1 + N) : FloatVector.zero(S);
    FloatVector s12 = add ? FloatVector.fromArray(S, c, c1 + 2 * N) : FloatVector.zero(S);
    FloatVector s13 = add ? FloatVector.fromArray(S, c, c1 + 3 * N) : FloatVector.zero(S);
    FloatVector s20 = add ? FloatVector.fromArray(S, c, c2) : FloatVector.zero(S);
    FloatVector s21 = add ? FloatVector.fromArray(S, c, c2 + N) : FloatVector.zero(S);
    FloatVector s22 = add ? FloatVector.fromArray(S, c, c2 + 2 * N) : FloatVector.zero(S);
    FloatVector s23 = add ? FloatVector.fromArray(S, c, c2 + 3 * N) : FloatVector.zero(S);
    FloatVector s30 = add ? FloatVector.fromArray(S, c, c3) : FloatVector.zero(S);
    FloatVector s31 = add ? FloatVector.fromArray(S, c, c3 + N) : FloatVector.zero(S);
    FloatVector s32 = add ? FloatVector.fromArray(S, c, c3 + 2 * N) : FloatVector.zero(S);
    FloatVector s33 = add ? FloatVector.fromArray(S, c, c3 + 3 * N) : FloatVector.zero(S);
    FloatVector s40 = add ? FloatVector.fromArray(S, c, c4) : FloatVector.zero(S);
    FloatVector s41 = add ? FloatVector.fromArray(S, c, c4 + N) : FloatVector.zero(S);
    FloatVector s42 = add ? FloatVector.fromArray(S, c, c4 + 2 * N) : FloatVector.zero(S);
    FloatVector s43 = add ? FloatVector.fromArray(S, c, c4 + 3 * N) : FloatVector.zero(S);
    FloatVector s50 = add ? FloatVector.fromArray(S, c, c5) : FloatVector.zero(S);
    FloatVector s51 = add ? FloatVector.fromArray(S, c, c5 + N) : FloatVector.zero(S);
    FloatVector s52 = add ? FloatVector.fromArray(S, c, c5 + 2 * N) : FloatVector.zero(S);
    FloatVector s53 = add ? FloatVector.fromArray(S, c, c5 + 3 * N) : FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      int p = p0 + k * stride;
      int q = k * step;
      FloatVector b0 = FloatVector.fromArray(S, panel, p);
      FloatVector b1 = FloatVector.fromArray(S, panel, p + N);
      FloatVector b2 = FloatVector.fromArray(S, panel, p + 2 * N);
      FloatVector b3 = FloatVector.fromArray(S, panel, p + 3 * N);
      FloatVector x = FloatVector.broadcast(S, a[a0 + q]);
      s00 = x.fma(b0, s00);
      s01 = x.fma(b1, s01);
      s02 = x.fma(b2, s02);
      s03 = x.fma(b3, s03);
      x = FloatVector.broadcast(S, a[a1 + q]);
      s10 = x.fma(b0, s10);
      s11 = x.fma(b1, s11);
      s12 = x.fma(b2, s12);
      s13 = x.fma(b3, s13);
      x = FloatVector.broadcast(S, a[a2 + q]);
      s20 = x.fma(b0, s20);
      s21 = x.fma(b1, s21);
      s22 = x.fma(b2, s22);
      s23 = x.fma(b3, s23);
      x = FloatVector.broadcast(S, a[a3 + q]);
      s30 = x.fma(b0, s30);
      s31 = x.fma(b1, s31);
      s32 = x.fma(b2, s32);
      s33 = x.fma(b3, s33);
      x = FloatVector.broadcast(S, a[a4 + q]);
      s40 = x.fma(b0, s40);
      s41 = x.fma(b1, s41);
      s42 = x.fma(b2, s42);
      s43 = x.fma(b3, s43);
      x = FloatVector.broadcast(S, a[a5 + q]);
      s50 = x.fma(b0, s50);
      s51 = x.fma(b1, s51);
      s52 = x.fma(b2, s52);
      s53 = x.fma(b3, s53);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + N);
    s02.intoArray(c, c0 + 2 * N);
    s03.intoArray(c, c0 + 3 * N);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + N);
    s12.intoArray(c, c1 + 2 * N);
    s13.intoArray(c, c1 + 3 * N);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + N);
    s22.intoArray(c, c2 + 2 * N);
    s23.intoArray(c, c2 + 3 * N);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + N);
    s32.intoArray(c, c3 + 2 * N);
    s33.intoArray(c, c3 + 3 * N);
    s40.intoArray(c, c4);
    s41.intoArray(c, c4 + N);
    s42.intoArray(c, c4 + 2 * N);
    s43.intoArray(c, c4 + 3 * N);
    s50.intoArray(c, c5);
    s51.intoArray(c, c5 + N);
    s52.intoArray(c, c5 + 2 * N);
    s53.intoArray(c, c5 + 3 * N);
  }
}
