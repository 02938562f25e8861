package io.nextscale.tensor.cpu;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.MatrixProduct;
import io.nextscale.tensor.spi.Operand;

/** Chooses the kernel of each operation of {@link MatrixProduct}. */
final class MatrixProductDispatch {

  private MatrixProductDispatch() {}

  static void run(MatrixProduct op, Operand[] in, Operand out) {
    switch (op) {
      case MatrixProduct.MatMul matMul -> multiply(matMul, in, out);
      case MatrixProduct.Linear linear -> linear(linear, in, out);
      case MatrixProduct.Gated _ -> gated(in, out);
    }
  }

  private static void multiply(MatrixProduct.MatMul op, Operand[] in, Operand out) {
    Shape shape = out.shape();
    int batch = shape.dropLast(2).size();
    int m = shape.dim(-2);
    int n = shape.dim(-1);
    int k = in[0].shape().dim(op.transposeA() ? -2 : -1);
    boolean shared = in[1].shape().rank() == 2;
    if (shared && !op.transposeA()) {
      m *= batch; // the rows of all matrices are one matrix
      batch = 1;
    }
    CpuKernels.ACTIVE
        .gemm()
        .multiply(
            batch,
            m,
            n,
            k,
            in[0].floats(),
            op.transposeA(),
            in[1].floats(),
            op.transposeB(),
            shared,
            out.floats());
  }

  private static void linear(MatrixProduct.Linear op, Operand[] in, Operand out) {
    int n = in[1].shape().dim(0);
    int k = in[1].shape().dim(1);
    Epilogue epilogue =
        Epilogue.bias(op.bias() ? in[2].floats() : null)
            .withActivation(
                switch (op.activation()) {
                  case NONE -> null;
                  case GELU -> Activation.GELU_TANH;
                  case SILU -> Activation.SILU;
                });
    if (op.gate()) {
      epilogue = epilogue.withGate(in[op.gateIndex()].floats(), Math.max(1, out.shape().dim(1)));
    }
    if (op.residual()) {
      epilogue = epilogue.withResidual(in[op.residualIndex()].floats());
    }
    int m = n == 0 ? 0 : out.shape().size() / n;
    CpuKernels.ACTIVE.gemm().linear(m, n, k, in[0].floats(), in[1].host(), epilogue, out.floats());
  }

  private static void gated(Operand[] in, Operand out) {
    float[] a = in[0].floats();
    float[] y = out.floats();
    int n = out.shape().dim(2);
    Epilogue epilogue =
        Epilogue.NONE
            .withGate(in[1].floats(), Math.max(1, out.shape().dim(1)))
            .withResidual(in[2].floats());
    Parallel.forRange(
        n == 0 ? 0 : y.length / n,
        RowKernels.rowsPerChunk(n),
        (from, to) -> {
          System.arraycopy(a, from * n, y, from * n, (to - from) * n);
          CpuKernels.ACTIVE.tiles().finish(epilogue, null, to - from, n, from, 0, n, y);
        });
  }
}
