package io.nextscale.tensor.cpu;

import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/** {@link Tiles} with vector instructions. */
final class VectorTiles implements Tiles {

  private static final VectorSpecies<Float> S = Lanes.F;
  private static final int N = Lanes.N;
  private static final ActivationKernels ACTIVATIONS = new VectorActivationKernels();

  /** As many shorts as a vector has floats. */
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(CpuInfo.BITS / 2));

  /** As many bytes as a vector has floats, or twice as many where that would be 32 bits. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, CpuInfo.BITS / 4)));

  @Override
  public int width() {
    return CpuInfo.MANY_REGISTERS ? 4 * N : 2 * N;
  }

  @Override
  public int narrowWidth() {
    return 2 * N;
  }

  @Override
  public void multiply(
      int rows,
      int columns,
      int depth,
      float[] a,
      int a0,
      int lda,
      int step,
      float[] panel,
      int p0,
      int stride,
      float[] c,
      int c0,
      int ldc,
      boolean add) {
    if (columns == 4 * N) {
      FourVectorTile.multiply(rows, depth, a, a0, lda, step, panel, p0, stride, c, c0, ldc, add);
    } else {
      TwoVectorTile.multiply(rows, depth, a, a0, lda, step, panel, p0, stride, c, c0, ldc, add);
    }
  }

  @Override
  public void finish(
      Epilogue epilogue,
      float @Nullable [] scale,
      int rows,
      int columns,
      int row,
      int column,
      int n,
      float[] c) {
    int end = column + columns;
    int vectors = column + columns / N * N;
    for (int i = row; i < row + rows; i++) {
      bias(epilogue, scale, i, column, vectors, n, c);
      ScalarTiles.bias(epilogue, scale, i, vectors, end, n, c);
      if (epilogue.activation() != null) {
        ACTIVATIONS.apply(epilogue.activation(), c, c, i * n + column, i * n + end);
      }
      gate(epilogue, i, column, vectors, n, c);
      ScalarTiles.gate(epilogue, i, vectors, end, n, c);
    }
  }

  // Step by step in place: a row of a tile is in the L1 cache.

  /** See {@link ScalarTiles#bias}; whole vectors. */
  private static void bias(
      Epilogue epilogue, float @Nullable [] scale, int i, int from, int to, int n, float[] c) {
    int c0 = i * n;
    if (scale != null) {
      for (int j = from; j < to; j += N) {
        at(c, c0 + j).mul(at(scale, j)).intoArray(c, c0 + j);
      }
    }
    float[] bias = epilogue.bias();
    if (bias != null) {
      for (int j = from; j < to; j += N) {
        at(c, c0 + j).add(at(bias, j)).intoArray(c, c0 + j);
      }
    }
  }

  /** See {@link ScalarTiles#gate}; whole vectors. */
  private static void gate(Epilogue epilogue, int i, int from, int to, int n, float[] c) {
    int c0 = i * n;
    float[] gate = epilogue.gate();
    float[] residual = epilogue.residual();
    int g0 = i / epilogue.rowsPerGate() * n;
    if (gate != null && residual != null) {
      for (int j = from; j < to; j += N) {
        at(gate, g0 + j).fma(at(c, c0 + j), at(residual, c0 + j)).intoArray(c, c0 + j);
      }
    } else if (gate != null) {
      for (int j = from; j < to; j += N) {
        at(gate, g0 + j).mul(at(c, c0 + j)).intoArray(c, c0 + j);
      }
    } else if (residual != null) {
      for (int j = from; j < to; j += N) {
        at(c, c0 + j).add(at(residual, c0 + j)).intoArray(c, c0 + j);
      }
    }
  }

  private static FloatVector at(float[] x, int i) {
    return FloatVector.fromArray(S, x, i);
  }

  @Override
  public void widenBf16(short[] x, int from, float[] y, int to, int count) {
    int i = 0;
    for (; i + N <= count; i += N) {
      IntVector bits =
          (IntVector) ShortVector.fromArray(SHORTS, x, from + i).convertShape(S2I, Lanes.I, 0);
      bits.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(y, to + i);
    }
    for (; i < count; i++) {
      y[to + i] = Float.intBitsToFloat(x[from + i] << 16);
    }
  }

  /**
   * The exponent and fraction of a binary16, moved to those of a binary32, stand for 2^-112 of the
   * value; subnormals included. The product with 2^112 is exact. Infinities and NaNs have an
   * exponent of 31.
   */
  @Override
  public void widenF16(short[] x, int from, float[] y, int to, int count) {
    int i = 0;
    for (; i + N <= count; i += N) {
      IntVector half =
          (IntVector) ShortVector.fromArray(SHORTS, x, from + i).convertShape(S2I, Lanes.I, 0);
      IntVector magnitude = half.and(0x7fff).lanewise(LSHL, 13);
      IntVector finite = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
      IntVector bits =
          finite.blend(magnitude.or(0x7f80_0000), half.and(0x7c00).compare(EQ, 0x7c00));
      bits.or(half.and(0x8000).lanewise(LSHL, 16)).reinterpretAsFloats().intoArray(y, to + i);
    }
    for (; i < count; i++) {
      y[to + i] = Float.float16ToFloat(x[from + i]);
    }
  }

  @Override
  public void widenI8(byte[] x, int from, float[] y, int to, int count) {
    int i = 0;
    for (; i + BYTES.length() <= count; i += N) {
      ((FloatVector) ByteVector.fromArray(BYTES, x, from + i).convertShape(B2F, S, 0))
          .intoArray(y, to + i);
    }
    for (; i < count; i++) {
      y[to + i] = x[from + i];
    }
  }
}
