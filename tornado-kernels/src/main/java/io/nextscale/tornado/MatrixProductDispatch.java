package io.nextscale.tornado;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.MatrixProduct;
import io.nextscale.tornado.kernels.ProductKernels;
import io.nextscale.tornado.kernels.Storage;
import io.nextscale.tornado.kernels.Tiles;

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
    int tiles = tiles(n);
    int[] args = {
      m,
      n,
      k,
      tiles,
      tiles * tiles(m),
      call.at(0),
      m * k,
      transposeA ? 1 : k,
      transposeA ? m : 1,
      Storage.F32,
      call.at(1),
      shared ? 0 : k * n,
      transposeB ? 1 : n,
      transposeB ? k : 1,
      ABSENT,
      call.result(),
      ABSENT,
      ProductKernels.NONE,
      ABSENT,
      1,
      ABSENT
    };
    call.run(Kernel.PRODUCT, batches * tiles * tiles(m), args);
  }

  private static void linear(Call call, MatrixProduct.Linear op) {
    int n = call.shape(1).dim(0);
    int k = call.shape(1).dim(1);
    int m = n == 0 ? 0 : call.size() / n;
    int tiles = tiles(n);
    int f =
        switch (op.activation()) {
          case NONE -> ProductKernels.NONE;
          case GELU -> ProductKernels.GELU;
          case SILU -> ProductKernels.SILU;
        };
    int[] args = {
      m,
      n,
      k,
      tiles,
      tiles * tiles(m),
      call.at(0),
      0,
      k,
      1,
      call.format(1),
      call.at(1),
      0,
      1,
      k,
      call.factors(1),
      call.result(),
      call.at(2, op.bias()),
      f,
      call.at(op.gateIndex(), op.gate()),
      op.gate() ? call.shape(0).dim(1) : 1,
      call.at(op.residualIndex(), op.residual())
    };
    call.run(Kernel.PRODUCT, tiles * tiles(m), args);
  }

  private static int tiles(int extent) {
    return (extent + Tiles.TILE - 1) / Tiles.TILE;
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
