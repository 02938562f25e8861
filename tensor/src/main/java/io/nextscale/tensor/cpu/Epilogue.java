package io.nextscale.tensor.cpu;

import org.jspecify.annotations.Nullable;

/**
 * What happens to the sums of a matrix product while they are still in the cache: {@code y =
 * residual + gate * activation(sum + bias)}.
 *
 * <p>With both a gate and a residual the last step is one {@code fma(gate, activation, residual)}.
 *
 * @param bias (N), or null for none
 * @param activation applied to sum + bias, or null for none
 * @param gate (M / rowsPerGate, N): row i of the product is multiplied by gate row i / rowsPerGate;
 *     or null for none
 * @param rowsPerGate rows that share a row of the gate, at least 1
 * @param residual (M, N), or null for none; not the array that is written
 */
record Epilogue(
    float @Nullable [] bias,
    @Nullable Activation activation,
    float @Nullable [] gate,
    int rowsPerGate,
    float @Nullable [] residual) {

  /** The sums as they are. */
  static final Epilogue NONE = bias(null);

  /** sum + bias. */
  static Epilogue bias(float @Nullable [] bias) {
    return new Epilogue(bias, null, null, 1, null);
  }

  Epilogue withActivation(@Nullable Activation function) {
    return new Epilogue(bias, function, gate, rowsPerGate, residual);
  }

  Epilogue withGate(float @Nullable [] factors, int rows) {
    return new Epilogue(bias, activation, factors, rows, residual);
  }

  Epilogue withResidual(float @Nullable [] addend) {
    return new Epilogue(bias, activation, gate, rowsPerGate, addend);
  }

  /** Whether there is nothing to do. */
  boolean isNone() {
    return bias == null && activation == null && gate == null && residual == null;
  }
}
