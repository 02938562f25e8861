package io.nextscale.tensor.cpu;

/** {@link WinogradTransforms} in plain Java. */
final class ScalarWinogradTransforms implements WinogradTransforms {

  @Override
  public void input(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n) {
    for (int i = 0; i < n; i++) {
      int from = x0 + i;
      float d0 = x[from];
      float d1 = x[from + xStep];
      float d2 = x[from + 2 * xStep];
      float d3 = x[from + 3 * xStep];
      float d4 = x[from + 4 * xStep];
      float d5 = x[from + 5 * xStep];
      float evenA = Math.fma(-B2, d2, d4);
      float oddA = Math.fma(-B2, d1, d3);
      float evenB = Math.fma(-A2, d2, d4);
      float oddB = Math.fma(-A2, d1, d3);
      int to = y0 + i;
      y[to] = Math.fma(PRODUCT, d0, Math.fma(-SUM, d2, d4));
      y[to + yStep] = Math.fma(A, oddA, evenA);
      y[to + 2 * yStep] = Math.fma(-A, oddA, evenA);
      y[to + 3 * yStep] = Math.fma(B, oddB, evenB);
      y[to + 4 * yStep] = Math.fma(-B, oddB, evenB);
      y[to + 5 * yStep] = Math.fma(PRODUCT, d1, Math.fma(-SUM, d3, d5));
    }
  }

  @Override
  public void weight(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n) {
    for (int i = 0; i < n; i++) {
      int from = x0 + i;
      float g0 = x[from];
      float g1 = x[from + xStep];
      float g2 = x[from + 2 * xStep];
      float evenA = Math.fma(A2, g2, g0) * WEIGHT_A;
      float oddA = g1 * (A * WEIGHT_A);
      float evenB = Math.fma(B2, g2, g0) * WEIGHT_B;
      float oddB = g1 * (B * WEIGHT_B);
      int to = y0 + i;
      y[to] = g0 * WEIGHT_0;
      y[to + yStep] = evenA + oddA;
      y[to + 2 * yStep] = evenA - oddA;
      y[to + 3 * yStep] = evenB + oddB;
      y[to + 4 * yStep] = evenB - oddB;
      y[to + 5 * yStep] = g2;
    }
  }

  @Override
  public void output(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n) {
    for (int i = 0; i < n; i++) {
      int from = x0 + i;
      float m0 = x[from];
      float m1 = x[from + xStep];
      float m2 = x[from + 2 * xStep];
      float m3 = x[from + 3 * xStep];
      float m4 = x[from + 4 * xStep];
      float m5 = x[from + 5 * xStep];
      float evenA = m1 + m2;
      float oddA = m1 - m2;
      float evenB = m3 + m4;
      float oddB = m3 - m4;
      int to = y0 + i;
      y[to] = m0 + evenA + evenB;
      y[to + yStep] = Math.fma(B, oddB, A * oddA);
      y[to + 2 * yStep] = Math.fma(B2, evenB, A2 * evenA);
      y[to + 3 * yStep] = Math.fma(B3, oddB, Math.fma(A3, oddA, m5));
    }
  }

  @Override
  public void outputGradient(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n) {
    for (int i = 0; i < n; i++) {
      int from = x0 + i;
      float e0 = x[from];
      float e1 = x[from + xStep];
      float e2 = x[from + 2 * xStep];
      float e3 = x[from + 3 * xStep];
      float evenA = Math.fma(A2, e2, e0);
      float oddA = Math.fma(A3, e3, A * e1);
      float evenB = Math.fma(B2, e2, e0);
      float oddB = Math.fma(B3, e3, B * e1);
      int to = y0 + i;
      y[to] = e0;
      y[to + yStep] = evenA + oddA;
      y[to + 2 * yStep] = evenA - oddA;
      y[to + 3 * yStep] = evenB + oddB;
      y[to + 4 * yStep] = evenB - oddB;
      y[to + 5 * yStep] = e3;
    }
  }

  @Override
  public void weightGradient(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n) {
    for (int i = 0; i < n; i++) {
      int from = x0 + i;
      float m1 = x[from + xStep];
      float m2 = x[from + 2 * xStep];
      float m3 = x[from + 3 * xStep];
      float m4 = x[from + 4 * xStep];
      float evenA = (m1 + m2) * WEIGHT_A;
      float oddA = (m1 - m2) * (A * WEIGHT_A);
      float evenB = (m3 + m4) * WEIGHT_B;
      float oddB = (m3 - m4) * (B * WEIGHT_B);
      int to = y0 + i;
      y[to] = Math.fma(WEIGHT_0, x[from], evenA + evenB);
      y[to + yStep] = oddA + oddB;
      y[to + 2 * yStep] = Math.fma(A2, evenA, Math.fma(B2, evenB, x[from + 5 * xStep]));
    }
  }
}
