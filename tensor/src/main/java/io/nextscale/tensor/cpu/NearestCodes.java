package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.rowsPerChunk;

import io.nextscale.tensor.spi.HostBuffer;
import java.util.Arrays;

/**
 * The nearest row of a codebook for each of many vectors.
 *
 * <p>Entry points: {@link #euclidean} and {@link #cosine}.
 *
 * <p>Products of vectors and codes are a matrix product, made for some vectors at a time. Scalar
 * products run over the channels in order, as in the matrix product, because rounding decides
 * between nearly equal codes.
 */
final class NearestCodes {

  /** Vectors at a time: with 4096 codes their products take 4 MiB. */
  private static final int BLOCK = 256;

  private NearestCodes() {}

  /**
   * nearest[i] = argmin_v (Σ z_i² + Σ e_v²) - 2 Σ z_i e_v, the first on ties.
   *
   * @param z (nearest.length, channels)
   * @param codebook (codes, channels), at least one code
   */
  static void euclidean(
      CpuKernels kernels,
      RowKernels rows,
      ArithmeticKernels arithmetic,
      float[] z,
      float[] codebook,
      int codes,
      int channels,
      int[] nearest) {
    float[] squares = squares(z, nearest.length, channels);
    float[] codeSquares = squares(codebook, codes, channels);
    forProducts(
        kernels,
        z,
        codebook,
        codes,
        channels,
        nearest.length,
        (product, o, i, distance) -> {
          // The negative distance 2 product - (z² + e²): rounding does not depend on the sign.
          float square = squares[i];
          arithmetic.rowAndScalar(Arithmetic.PLUS, codeSquares, 0, square, distance, 0, codes);
          rows.combine(product, o, 2f, distance, 0, 0f, -1f, 0f, distance, 0, codes);
          nearest[i] = AxisReduction.argmax(rows, distance, 0, codes);
        });
  }

  /**
   * nearest[i] = argmax_v ẑ_i ê_v with rows of unit length, x / max(‖x‖, eps); the first on ties.
   * Shapes as for {@link #euclidean}.
   */
  static void cosine(
      CpuKernels kernels,
      RowKernels rows,
      float[] z,
      float[] codebook,
      int codes,
      int channels,
      float eps,
      int[] nearest) {
    float[] unitZ = unitRows(rows, z, nearest.length, channels, eps);
    float[] unitCodes = unitRows(rows, codebook, codes, channels, eps);
    forProducts(
        kernels,
        unitZ,
        unitCodes,
        codes,
        channels,
        nearest.length,
        (product, o, i, scratch) -> nearest[i] = AxisReduction.argmax(rows, product, o, codes));
  }

  /** What is done with the products of vector i and all codes, {@code product[o .. o + codes)}. */
  private interface ProductsOfVector {
    void apply(float[] product, int o, int i, float[] scratch);
  }

  private static void forProducts(
      CpuKernels kernels,
      float[] z,
      float[] codebook,
      int codes,
      int channels,
      int count,
      ProductsOfVector body) {
    HostBuffer packed = kernels.gemm().pack(codes, channels, new HostBuffer.F32(codebook));
    float[] product = new float[Math.min(BLOCK, count) * codes];
    for (int first = 0; first < count; first += BLOCK) {
      int start = first;
      int block = Math.min(BLOCK, count - first);
      float[] x = Arrays.copyOfRange(z, start * channels, (start + block) * channels);
      kernels.gemm().linear(block, codes, channels, x, packed, Epilogue.NONE, product);
      Parallel.forRange(
          block,
          rowsPerChunk(codes),
          (from, to) -> {
            float[] scratch = new float[codes];
            for (int i = from; i < to; i++) {
              body.apply(product, i * codes, start + i, scratch);
            }
          });
    }
  }

  /** Σ x² of each row. */
  private static float[] squares(float[] x, int rows, int n) {
    float[] squares = new float[rows];
    Parallel.forRange(
        rows,
        rowsPerChunk(n),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            float sum = 0;
            for (int i = r * n; i < (r + 1) * n; i++) {
              sum = Math.fma(x[i], x[i], sum);
            }
            squares[r] = sum;
          }
        });
    return squares;
  }

  private static float[] unitRows(RowKernels k, float[] x, int rows, int n, float eps) {
    float[] squares = squares(x, rows, n);
    float[] y = new float[rows * n];
    Parallel.forRange(
        rows,
        rowsPerChunk(n),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            float length = Math.max((float) Math.sqrt(squares[r]), eps);
            k.divide(x, r * n, y, r * n, n, length);
          }
        });
    return y;
  }
}
