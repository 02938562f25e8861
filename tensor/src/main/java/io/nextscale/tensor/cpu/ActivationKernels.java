package io.nextscale.tensor.cpu;

/** Activation functions of ranges of arrays, all indexed alike. */
sealed interface ActivationKernels permits ScalarActivationKernels, VectorActivationKernels {

  /** The kernels of this JVM. */
  ActivationKernels ACTIVATIONS =
      CpuInfo.VECTOR ? new VectorActivationKernels() : new ScalarActivationKernels();

  /** y = f(x) for {@code from <= i < to}; y may be x. */
  void apply(Activation f, float[] x, float[] y, int from, int to);

  /**
   * dx = dy f'(x) for {@code from <= i < to}, for {@link Activation#SILU}, {@link
   * Activation#GELU_TANH} and {@link Activation#GELU_ERF}; dx may be x or dy. The derivatives of
   * the other functions are simpler in terms of y.
   */
  void applyGrad(Activation f, float[] x, float[] dy, float[] dx, int from, int to);

  /** The refusal of {@link #applyGrad}. */
  static IllegalArgumentException noGrad(Activation f) {
    return new IllegalArgumentException(
        "activation gradient: SILU, GELU_TANH or GELU_ERF; got " + f);
  }
}
