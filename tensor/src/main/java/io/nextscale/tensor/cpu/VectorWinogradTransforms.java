package io.nextscale.tensor.cpu;

import jdk.incubator.vector.FloatVector;

/** {@link WinogradTransforms} with vector instructions; what is left of n is done in plain Java. */
final class VectorWinogradTransforms implements WinogradTransforms {

  private static final ScalarWinogradTransforms SCALAR = new ScalarWinogradTransforms();

  @Override
  public void input(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n) {
    int i = 0;
    for (; i <= n - Lanes.N; i += Lanes.N) {
      int from = x0 + i;
      FloatVector d0 = at(x, from);
      FloatVector d1 = at(x, from + xStep);
      FloatVector d2 = at(x, from + 2 * xStep);
      FloatVector d3 = at(x, from + 3 * xStep);
      FloatVector d4 = at(x, from + 4 * xStep);
      FloatVector d5 = at(x, from + 5 * xStep);
      FloatVector evenA = splat(-B2).fma(d2, d4);
      FloatVector oddA = splat(-B2).fma(d1, d3);
      FloatVector evenB = splat(-A2).fma(d2, d4);
      FloatVector oddB = splat(-A2).fma(d1, d3);
      int to = y0 + i;
      splat(PRODUCT).fma(d0, splat(-SUM).fma(d2, d4)).intoArray(y, to);
      splat(A).fma(oddA, evenA).intoArray(y, to + yStep);
      splat(-A).fma(oddA, evenA).intoArray(y, to + 2 * yStep);
      splat(B).fma(oddB, evenB).intoArray(y, to + 3 * yStep);
      splat(-B).fma(oddB, evenB).intoArray(y, to + 4 * yStep);
      splat(PRODUCT).fma(d1, splat(-SUM).fma(d3, d5)).intoArray(y, to + 5 * yStep);
    }
    SCALAR.input(x, x0 + i, xStep, y, y0 + i, yStep, n - i);
  }

  @Override
  public void weight(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n) {
    int i = 0;
    for (; i <= n - Lanes.N; i += Lanes.N) {
      int from = x0 + i;
      FloatVector g0 = at(x, from);
      FloatVector g1 = at(x, from + xStep);
      FloatVector g2 = at(x, from + 2 * xStep);
      FloatVector evenA = splat(A2).fma(g2, g0).mul(WEIGHT_A);
      FloatVector oddA = g1.mul(A * WEIGHT_A);
      FloatVector evenB = splat(B2).fma(g2, g0).mul(WEIGHT_B);
      FloatVector oddB = g1.mul(B * WEIGHT_B);
      int to = y0 + i;
      g0.mul(WEIGHT_0).intoArray(y, to);
      evenA.add(oddA).intoArray(y, to + yStep);
      evenA.sub(oddA).intoArray(y, to + 2 * yStep);
      evenB.add(oddB).intoArray(y, to + 3 * yStep);
      evenB.sub(oddB).intoArray(y, to + 4 * yStep);
      g2.intoArray(y, to + 5 * yStep);
    }
    SCALAR.weight(x, x0 + i, xStep, y, y0 + i, yStep, n - i);
  }

  @Override
  public void output(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n) {
    int i = 0;
    for (; i <= n - Lanes.N; i += Lanes.N) {
      int from = x0 + i;
      FloatVector m0 = at(x, from);
      FloatVector m1 = at(x, from + xStep);
      FloatVector m2 = at(x, from + 2 * xStep);
      FloatVector m3 = at(x, from + 3 * xStep);
      FloatVector m4 = at(x, from + 4 * xStep);
      FloatVector m5 = at(x, from + 5 * xStep);
      FloatVector evenA = m1.add(m2);
      FloatVector oddA = m1.sub(m2);
      FloatVector evenB = m3.add(m4);
      FloatVector oddB = m3.sub(m4);
      int to = y0 + i;
      m0.add(evenA).add(evenB).intoArray(y, to);
      splat(B).fma(oddB, oddA.mul(A)).intoArray(y, to + yStep);
      splat(B2).fma(evenB, evenA.mul(A2)).intoArray(y, to + 2 * yStep);
      splat(B3).fma(oddB, splat(A3).fma(oddA, m5)).intoArray(y, to + 3 * yStep);
    }
    SCALAR.output(x, x0 + i, xStep, y, y0 + i, yStep, n - i);
  }

  @Override
  public void outputGradient(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n) {
    int i = 0;
    for (; i <= n - Lanes.N; i += Lanes.N) {
      int from = x0 + i;
      FloatVector e0 = at(x, from);
      FloatVector e1 = at(x, from + xStep);
      FloatVector e2 = at(x, from + 2 * xStep);
      FloatVector e3 = at(x, from + 3 * xStep);
      FloatVector evenA = splat(A2).fma(e2, e0);
      FloatVector oddA = splat(A3).fma(e3, e1.mul(A));
      FloatVector evenB = splat(B2).fma(e2, e0);
      FloatVector oddB = splat(B3).fma(e3, e1.mul(B));
      int to = y0 + i;
      e0.intoArray(y, to);
      evenA.add(oddA).intoArray(y, to + yStep);
      evenA.sub(oddA).intoArray(y, to + 2 * yStep);
      evenB.add(oddB).intoArray(y, to + 3 * yStep);
      evenB.sub(oddB).intoArray(y, to + 4 * yStep);
      e3.intoArray(y, to + 5 * yStep);
    }
    SCALAR.outputGradient(x, x0 + i, xStep, y, y0 + i, yStep, n - i);
  }

  @Override
  public void weightGradient(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n) {
    int i = 0;
    for (; i <= n - Lanes.N; i += Lanes.N) {
      int from = x0 + i;
      FloatVector m1 = at(x, from + xStep);
      FloatVector m2 = at(x, from + 2 * xStep);
      FloatVector m3 = at(x, from + 3 * xStep);
      FloatVector m4 = at(x, from + 4 * xStep);
      FloatVector evenA = m1.add(m2).mul(WEIGHT_A);
      FloatVector oddA = m1.sub(m2).mul(A * WEIGHT_A);
      FloatVector evenB = m3.add(m4).mul(WEIGHT_B);
      FloatVector oddB = m3.sub(m4).mul(B * WEIGHT_B);
      int to = y0 + i;
      splat(WEIGHT_0).fma(at(x, from), evenA.add(evenB)).intoArray(y, to);
      oddA.add(oddB).intoArray(y, to + yStep);
      FloatVector last = splat(B2).fma(evenB, at(x, from + 5 * xStep));
      splat(A2).fma(evenA, last).intoArray(y, to + 2 * yStep);
    }
    SCALAR.weightGradient(x, x0 + i, xStep, y, y0 + i, yStep, n - i);
  }

  private static FloatVector at(float[] x, int i) {
    return FloatVector.fromArray(Lanes.F, x, i);
  }

  private static FloatVector splat(float value) {
    return FloatVector.broadcast(Lanes.F, value);
  }
}
