package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.ArithmeticKernels.ARITHMETIC;
import static io.nextscale.tensor.cpu.RowKernels.ROWS;

import io.nextscale.tensor.op.Lookup;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.tensor.spi.Operand;

/** Chooses the kernel of each operation of {@link Lookup}. */
final class LookupDispatch {

  private LookupDispatch() {}

  static void run(Lookup op, Operand[] in, Operand out) {
    switch (op) {
      case Lookup.Rows o -> rows(o, in, out);
      case Lookup.RowsGrad o -> {
        int[] index = in[0].ints();
        Lookup.requireIndices(o, index, o.rows());
        TableRows.scatterAdd(ROWS, index, in[1].floats(), out.shape().dim(1), out.floats());
      }
      case Lookup.NearestCode o -> nearestCode(o, in, out);
      case Lookup.ArgMax _ ->
          AxisReduction.argmax(
              ROWS, in[0].floats(), out.shape().size(), in[0].shape().dim(-1), out.ints());
    }
  }

  private static void rows(Lookup.Rows op, Operand[] in, Operand out) {
    int[] index = in[1].ints();
    Lookup.requireIndices(op, index, in[0].shape().dim(0));
    HostBuffer table = in[0].host();
    HostBuffer rowMajor = table instanceof HostBuffer.Packed packed ? packed.unpacked() : table;
    TableRows.gather(
        CpuKernels.ACTIVE.tiles(), rowMajor, in[0].shape().dim(1), index, out.floats());
  }

  private static void nearestCode(Lookup.NearestCode op, Operand[] in, Operand out) {
    CpuKernels kernels = CpuKernels.ACTIVE;
    float[] z = in[0].floats();
    float[] codebook = in[1].floats();
    int codes = in[1].shape().dim(0);
    int channels = in[1].shape().dim(1);
    switch (op.metric()) {
      case EUCLIDEAN ->
          NearestCodes.euclidean(
              kernels, ROWS, ARITHMETIC, z, codebook, codes, channels, out.ints());
      case COSINE -> {
        float eps = Lookup.NearestCode.COSINE_EPS;
        NearestCodes.cosine(kernels, ROWS, z, codebook, codes, channels, eps, out.ints());
      }
    }
  }
}
