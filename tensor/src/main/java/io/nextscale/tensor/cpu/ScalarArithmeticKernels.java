package io.nextscale.tensor.cpu;

/** {@link ArithmeticKernels} in plain loops. */
final class ScalarArithmeticKernels implements ArithmeticKernels {

  @Override
  public void rows(Arithmetic f, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = f.apply(a[ao + i], b[bo + i]);
    }
  }

  @Override
  public void rowAndScalar(Arithmetic f, float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = f.apply(a[ao + i], b);
    }
  }

  @Override
  public void scalarAndRow(Arithmetic f, float a, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = f.apply(a, b[bo + i]);
    }
  }
}
