package io.nextscale.tornado;

import io.nextscale.tornado.kernels.ProductKernels;
import io.nextscale.tornado.kernels.Storage;
import io.nextscale.tornado.kernels.Tiles;

/**
 * {@code C = r + g · f(A B + b)} for one pair of matrices or several, all stored by rows.
 *
 * @param batches pairs (A,B)
 * @param m rows of A and C
 * @param n columns of B and C
 * @param k the inner extent
 * @param to the first float of C (batches,M,N)
 */
record Product(int batches, int m, int n, int k, Left left, Right right, int to, Tail tail) {

  private static final int ABSENT = DeviceBuffer.ABSENT;

  /**
   * A.
   *
   * @param at its first float
   * @param transposed whether (batches,K,M) is stored, else (batches,M,K)
   */
  record Left(int at, boolean transposed) {}

  /**
   * B.
   *
   * @param format how it is stored, as {@link Storage} says it
   * @param at its first float or word
   * @param transposed whether (batches,N,K) is stored, else (batches,K,N)
   * @param shared whether there is one for all batches
   * @param factors of I8, the first of one for each column, else −1
   */
  record Right(int format, int at, boolean transposed, boolean shared, int factors) {}

  /**
   * What becomes of a sum: the first float of each operand, −1 where it is absent.
   *
   * @param bias b (N)
   * @param activation f, as {@link ProductKernels} says it
   * @param gate g
   * @param rowsPerGate rows of C that share a row of the gate
   * @param residual r, laid out as C
   */
  record Tail(int bias, int activation, int gate, int rowsPerGate, int residual) {

    /** Sums are results. */
    static final Tail NOTHING = new Tail(ABSENT, ProductKernels.NONE, ABSENT, 1, ABSENT);
  }

  /** Elements of C. */
  int size() {
    return batches * m * n;
  }

  /** Elements of A. */
  int leftSize() {
    return batches * m * k;
  }

  /** Elements of B. */
  int rightSize() {
    return (right.shared ? 1 : batches) * k * n;
  }

  /** Whether something is left to do with the sums. */
  boolean hasTail() {
    return !tail.equals(Tail.NOTHING) || right.format == Storage.I8;
  }

  /** Work groups of {@link ProductKernels#product}. */
  int groups() {
    return batches * tiles(m) * tiles(n);
  }

  private static int tiles(int extent) {
    return (extent + Tiles.TILE - 1) / Tiles.TILE;
  }

  /** The arguments of {@link ProductKernels#product} and {@link ProductKernels#finish}. */
  int[] args() {
    return new int[] {
      m,
      n,
      k,
      tiles(n),
      tiles(m) * tiles(n),
      left.at,
      m * k,
      left.transposed ? 1 : k,
      left.transposed ? m : 1,
      right.format,
      right.at,
      right.shared ? 0 : k * n,
      right.transposed ? 1 : n,
      right.transposed ? k : 1,
      right.factors,
      to,
      tail.bias,
      tail.activation,
      tail.gate,
      tail.rowsPerGate,
      tail.residual
    };
  }
}
