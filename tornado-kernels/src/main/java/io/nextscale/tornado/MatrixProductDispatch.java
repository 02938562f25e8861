package io.nextscale.tornado;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.MatrixProduct;
import io.nextscale.tornado.kernels.ProductKernels;
import io.nextscale.tornado.kernels.Storage;

/** Matrix products. */
final class MatrixProductDispatch {

  private static final int ABSENT = DeviceBuffer.ABSENT;

  private MatrixProductDispatch() {}

  static void run(MatrixProduct op, Call call) {
    switch (op) {
      case MatrixProduct.MatMul(boolean transposeA, boolean transposeB) ->
          matmul(call, transposeA, transposeB);
      case MatrixProduct.Linear o -> linear(call, o);
      case MatrixProduct.Gated _ -> gated(call);
    }
  }

  private static void matmul(Call call, boolean transposeA, boolean transposeB) {
    Shape a = call.shape(0);
    Shape y = call.out().shape();
    int m = y.dim(-2);
    int n = y.dim(-1);
    int k = a.dim(transposeA ? -2 : -1);
    int batches = y.dropLast(2).size();
    boolean shared = call.shape(1).rank() == 2;
    if (shared && !transposeA) { // the rows of all batches are rows of one matrix
      m *= batches;
      batches = 1;
    }
    Product product =
        new Product(
            batches,
            m,
            n,
            k,
            new Product.Left(call.at(0), transposeA),
            new Product.Right(Storage.F32, call.at(1), transposeB, shared, ABSENT),
            call.result(),
            Product.Tail.NOTHING);
    call.backend().products().run(call, product);
  }

  private static void linear(Call call, MatrixProduct.Linear op) {
    int n = call.shape(1).dim(0);
    int k = call.shape(1).dim(1);
    int m = n == 0 ? 0 : call.size() / n;
    int f =
        switch (op.activation()) {
          case NONE -> ProductKernels.NONE;
          case GELU -> ProductKernels.GELU;
          case SILU -> ProductKernels.SILU;
        };
    Product.Tail tail =
        new Product.Tail(
            call.at(2, op.bias()),
            f,
            call.at(op.gateIndex(), op.gate()),
            op.gate() ? call.shape(0).dim(1) : 1,
            call.at(op.residualIndex(), op.residual()));
    Product product =
        new Product(
            1,
            m,
            n,
            k,
            new Product.Left(call.at(0), false),
            new Product.Right(call.format(1), call.at(1), true, true, call.factors(1)),
            call.result(),
            tail);
    call.backend().products().run(call, product);
  }

  private static void gated(Call call) {
    Shape y = call.out().shape();
    int n = call.size();
    call.runEach(
        Kernel.GATED,
        n,
        call.at(0),
        call.at(1),
        call.at(2),
        call.result(),
        n,
        y.dim(1) * y.dim(2),
        y.dim(2));
  }
}
