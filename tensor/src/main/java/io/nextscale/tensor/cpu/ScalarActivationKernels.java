package io.nextscale.tensor.cpu;

/** {@link ActivationKernels} in plain loops. */
final class ScalarActivationKernels implements ActivationKernels {

  @Override
  public void apply(Activation f, float[] x, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      float v = x[i];
      y[i] =
          switch (f) {
            case EXP -> ScalarMath.exp(v);
            case SIGMOID -> ScalarMath.sigmoid(v);
            case TANH -> ScalarActivations.tanh(v);
            case SILU -> ScalarMath.silu(v);
            case GELU_TANH -> ScalarMath.geluTanh(v);
            case GELU_ERF -> ScalarActivations.geluErf(v);
          };
    }
  }

  @Override
  public void applyGrad(Activation f, float[] x, float[] dy, float[] dx, int from, int to) {
    for (int i = from; i < to; i++) {
      float v = x[i];
      dx[i] =
          dy[i]
              * switch (f) {
                case SILU -> ScalarActivations.siluDerivative(v);
                case GELU_TANH -> ScalarActivations.geluTanhDerivative(v);
                case GELU_ERF -> ScalarActivations.geluErfDerivative(v);
                default -> throw ActivationKernels.noGrad(f);
              };
    }
  }
}
