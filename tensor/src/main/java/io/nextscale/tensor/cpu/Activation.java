package io.nextscale.tensor.cpu;

/** The activation functions that {@link ActivationKernels} computes. */
enum Activation {
  /** e^x. */
  EXP,
  /** 1 / (1 + e^-x). */
  SIGMOID,
  /** (e^x - e^-x) / (e^x + e^-x). */
  TANH,
  /** x / (1 + e^-x). */
  SILU,
  /** x/2 (1 + tanh(sqrt(2/π) (x + 0.044715 x³))). */
  GELU_TANH,
  /** x Φ(x), Φ the normal distribution function. */
  GELU_ERF
}
