package io.nextscale.tensor.cpu;

/** Functions of two numbers along rows; y may be a or b where the offsets are equal. */
sealed interface ArithmeticKernels permits ScalarArithmeticKernels, VectorArithmeticKernels {

  /** The kernels of this JVM. */
  ArithmeticKernels ARITHMETIC =
      CpuInfo.VECTOR ? new VectorArithmeticKernels() : new ScalarArithmeticKernels();

  /** y[yo + i] = f(a[ao + i], b[bo + i]) for {@code 0 <= i < n}. */
  void rows(Arithmetic f, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n);

  /** y[yo + i] = f(a[ao + i], b). */
  void rowAndScalar(Arithmetic f, float[] a, int ao, float b, float[] y, int yo, int n);

  /** y[yo + i] = f(a, b[bo + i]). */
  void scalarAndRow(Arithmetic f, float a, float[] b, int bo, float[] y, int yo, int n);
}
