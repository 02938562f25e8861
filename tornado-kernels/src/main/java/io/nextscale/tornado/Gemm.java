package io.nextscale.tornado;

/**
 * {@code C = A B} of matrices that lie on the device by rows, in the words of cuBLAS.
 *
 * <p>cuBLAS stores matrices by columns: what is stored by rows is the transposed matrix to it. So
 * it is asked for {@code Cᵀ = Bᵀ Aᵀ}, B first and N before M.
 *
 * @param batches products, one after the other
 * @param m rows of A and C
 * @param n columns of B and C
 * @param k the inner extent
 */
record Gemm(int batches, int m, int n, int k, Matrix a, Matrix b, Matrix c) {

  /** An argument that is an address on the device. */
  record Address(long at) {}

  /**
   * A matrix.
   *
   * @param at where the first one is
   * @param transposed 1 if it is the transposed one that is stored, else 0
   * @param row elements of a stored row
   * @param stride elements from one batch to the next
   */
  record Matrix(long at, int transposed, int row, long stride) {

    private Address batch(int index, int elementBytes) {
      return new Address(at + index * stride * elementBytes);
    }
  }

  /** The arguments of {@code cublasSgemmStridedBatched}, which does all batches. */
  Object[] ofFloats() {
    return new Object[] {
      b.transposed,
      a.transposed,
      n,
      m,
      k,
      1f,
      new Address(b.at),
      b.row,
      b.stride,
      new Address(a.at),
      a.row,
      a.stride,
      0f,
      new Address(c.at),
      c.row,
      c.stride,
      batches
    };
  }

  /**
   * The arguments of {@code cublasGemmEx…} for one batch of 16-bit operands.
   *
   * @param sumBytes of an element of C
   */
  Object[] ofShorts(int batch, int sumBytes) {
    return new Object[] {
      b.transposed,
      a.transposed,
      n,
      m,
      k,
      1f,
      b.batch(batch, Short.BYTES),
      b.row,
      a.batch(batch, Short.BYTES),
      a.row,
      0f,
      c.batch(batch, sumBytes),
      c.row
    };
  }
}
