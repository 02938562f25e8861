package io.nextscale.tensor.cpu;

import org.jspecify.annotations.Nullable;

/** {@link Tiles} in plain Java: what the vector kernels must equal, and what runs without them. */
final class ScalarTiles implements Tiles {

  private static final int WIDTH = 16;
  private static final ActivationKernels ACTIVATIONS = new ScalarActivationKernels();

  @Override
  public int width() {
    return WIDTH;
  }

  @Override
  public int narrowWidth() {
    return 4;
  }

  @Override
  public void multiply(
      int rows,
      int columns,
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
    for (int j = 0; j < columns; j += 4) {
      int i = 0;
      for (; i + 1 < rows; i += 2) {
        twoRows(
            depth,
            a,
            a0 + i * lda,
            lda,
            step,
            panel,
            p0 + j,
            stride,
            c,
            c0 + i * ldc + j,
            ldc,
            add);
      }
      if (i < rows) {
        oneRow(depth, a, a0 + i * lda, step, panel, p0 + j, stride, c, c0 + i * ldc + j, add);
      }
    }
  }

  private static void twoRows(
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
    int d0 = c0 + ldc;
    float c00 = add ? c[c0] : 0;
    float c01 = add ? c[c0 + 1] : 0;
    float c02 = add ? c[c0 + 2] : 0;
    float c03 = add ? c[c0 + 3] : 0;
    float c10 = add ? c[d0] : 0;
    float c11 = add ? c[d0 + 1] : 0;
    float c12 = add ? c[d0 + 2] : 0;
    float c13 = add ? c[d0 + 3] : 0;
    for (int k = 0; k < depth; k++) {
      int p = p0 + k * stride;
      float x = a[a0 + k * step];
      float y = a[a0 + lda + k * step];
      c00 = Math.fma(x, panel[p], c00);
      c01 = Math.fma(x, panel[p + 1], c01);
      c02 = Math.fma(x, panel[p + 2], c02);
      c03 = Math.fma(x, panel[p + 3], c03);
      c10 = Math.fma(y, panel[p], c10);
      c11 = Math.fma(y, panel[p + 1], c11);
      c12 = Math.fma(y, panel[p + 2], c12);
      c13 = Math.fma(y, panel[p + 3], c13);
    }
    c[c0] = c00;
    c[c0 + 1] = c01;
    c[c0 + 2] = c02;
    c[c0 + 3] = c03;
    c[d0] = c10;
    c[d0 + 1] = c11;
    c[d0 + 2] = c12;
    c[d0 + 3] = c13;
  }

  private static void oneRow(
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
    float c00 = add ? c[c0] : 0;
    float c01 = add ? c[c0 + 1] : 0;
    float c02 = add ? c[c0 + 2] : 0;
    float c03 = add ? c[c0 + 3] : 0;
    for (int k = 0; k < depth; k++) {
      int p = p0 + k * stride;
      float x = a[a0 + k * step];
      c00 = Math.fma(x, panel[p], c00);
      c01 = Math.fma(x, panel[p + 1], c01);
      c02 = Math.fma(x, panel[p + 2], c02);
      c03 = Math.fma(x, panel[p + 3], c03);
    }
    c[c0] = c00;
    c[c0 + 1] = c01;
    c[c0 + 2] = c02;
    c[c0 + 3] = c03;
  }

  @Override
  public void finish(
      Epilogue epilogue,
      float @Nullable [] scale,
      int rows,
      int columns,
      int row,
      int column,
      int n,
      float[] c) {
    for (int i = row; i < row + rows; i++) {
      int from = i * n + column;
      int to = from + columns;
      bias(epilogue, scale, i, column, column + columns, n, c);
      if (epilogue.activation() != null) {
        ACTIVATIONS.apply(epilogue.activation(), c, c, from, to);
      }
      gate(epilogue, i, column, column + columns, n, c);
    }
  }

  /** Factors and bias of columns {@code from .. to} of row i. */
  static void bias(
      Epilogue epilogue, float @Nullable [] scale, int i, int from, int to, int n, float[] c) {
    float[] bias = epilogue.bias();
    int c0 = i * n;
    for (int j = from; j < to; j++) {
      float y = scale == null ? c[c0 + j] : c[c0 + j] * scale[j];
      c[c0 + j] = bias == null ? y : y + bias[j];
    }
  }

  /** Gate and residual of columns {@code from .. to} of row i. */
  static void gate(Epilogue epilogue, int i, int from, int to, int n, float[] c) {
    float[] gate = epilogue.gate();
    float[] residual = epilogue.residual();
    int c0 = i * n;
    int g0 = i / epilogue.rowsPerGate() * n;
    for (int j = from; j < to; j++) {
      float y = c[c0 + j];
      if (gate != null && residual != null) {
        c[c0 + j] = Math.fma(gate[g0 + j], y, residual[c0 + j]);
      } else if (gate != null) {
        c[c0 + j] = gate[g0 + j] * y;
      } else if (residual != null) {
        c[c0 + j] = y + residual[c0 + j];
      }
    }
  }

  @Override
  public void widenBf16(short[] x, int from, float[] y, int to, int count) {
    for (int i = 0; i < count; i++) {
      y[to + i] = Float.intBitsToFloat(x[from + i] << 16);
    }
  }

  @Override
  public void widenF16(short[] x, int from, float[] y, int to, int count) {
    for (int i = 0; i < count; i++) {
      y[to + i] = Float.float16ToFloat(x[from + i]);
    }
  }

  @Override
  public void widenI8(byte[] x, int from, float[] y, int to, int count) {
    for (int i = 0; i < count; i++) {
      y[to + i] = x[from + i];
    }
  }
}
