package io.nextscale.tensor.cpu;

import io.nextscale.tensor.spi.HostBuffer;

/**
 * Matrix products, {@code C[M,N] = A[M,K] B[K,N]} with the sums over k = 0 .. K-1 in that order,
 * each step one {@code fma}: an output has the same bits whatever M and N are.
 *
 * <p>The columns of B come in panels small enough for the L2 cache; a panel passes all rows of A,
 * six at a time ({@link Tiles}), before the next. A is read where it lies. Threads take panels, or,
 * when there are few, panels of a block of rows.
 *
 * <p>Where K is large the panel is worked on in blocks of depth; the sums wait in C. Panels of 16-
 * and 8-bit weights are widened block by block into scratch memory, so one set of tiles serves all
 * types.
 */
final class Gemm {

  /**
   * Depth of a block: 64 columns of it are 256 KB, a quarter of the L2 cache of a current server
   * core.
   */
  private static final int DEPTH = 1024;

  /**
   * Depth of a block that a single group of rows passes: widening waits for memory, and the
   * processor fetches only a few lines ahead while the rows pass, so blocks are small.
   */
  private static final int SHALLOW = 16;

  /** Chunks of a loop over panels and blocks of rows, where there are rows enough. */
  private static final int CHUNKS = 32;

  /** Rows of a block, so many that reading or packing a panel for it is well repaid. */
  private static final int ROW_BLOCK = 16 * Tiles.ROWS;

  private final Tiles tiles;

  Gemm(Tiles tiles) {
    this.tiles = tiles;
  }

  /** The weight (N,K) in the order in which {@link #linear} reads it fastest. */
  PackedWeight pack(int n, int k, HostBuffer w) {
    return PackedWeight.of(n, k, 1, w, PanelGrid.of(n, tiles));
  }

  /**
   * {@code y (M,N) = epilogue(x (M,K) wᵀ)}.
   *
   * <p>Weights of type I8 enter the sums as integers; a sum is multiplied by its row's factor
   * before the epilogue.
   *
   * @param w the weight (N,K) row-major of any real type, or as {@link #pack} returns it
   * @param y not an array that is read
   */
  void linear(int m, int n, int k, float[] x, HostBuffer w, Epilogue epilogue, float[] y) {
    multiply(0, m, k, x, 0, Columns.ofWeight(w, n, k, tiles), epilogue, y);
  }

  /**
   * {@code c_i (M,N) = a_i b_i} for each i of a batch.
   *
   * @param a (batch,M,K), or (batch,K,M) where {@code aTransposed}
   * @param b (batch,K,N), or (batch,N,K) where {@code bTransposed}
   * @param bShared whether b is one matrix, used for the whole batch
   * @param c (batch,M,N), not an array that is read
   */
  void multiply(
      int batch,
      int m,
      int n,
      int k,
      float[] a,
      boolean aTransposed,
      float[] b,
      boolean bTransposed,
      boolean bShared,
      float[] c) {
    Parallel.forRange(
        batch,
        1,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            float[] rows = a;
            int a0 = i * m * k;
            if (aTransposed) {
              rows = transposed(k, m, a, a0);
              a0 = 0;
            }
            int b0 = bShared ? 0 : i * k * n;
            PanelGrid grid = PanelGrid.of(n, tiles);
            Columns columns =
                bTransposed
                    ? new Columns.Transposed(new HostBuffer.F32(b), grid, k, b0, tiles)
                    : new Columns.RowMajor(b, grid, b0);
            multiply(i * m, m, k, rows, a0, columns, Epilogue.NONE, c);
          }
        });
  }

  /** The matrix (rows, columns) at x0 as (columns, rows). */
  private static float[] transposed(int rows, int columns, float[] x, int x0) {
    float[] y = new float[rows * columns];
    Parallel.forRange(
        columns,
        64,
        (from, to) -> Transpose.copy(x, x0 + from, columns, rows, to - from, y, from * rows, rows));
    return y;
  }

  /** Rows {@code first .. first + m} of c from the m rows of a. */
  private void multiply(
      int first, int m, int k, float[] a, int a0, Columns columns, Epilogue epilogue, float[] c) {
    int panels = columns.grid().count();
    if (m == 0 || panels == 0) {
      return;
    }
    int most = Math.max(1, m / ROW_BLOCK);
    int blocks = Math.min(most, (CHUNKS + panels - 1) / panels);
    Parallel.forRange(
        panels * blocks,
        1,
        (from, to) -> {
          for (int chunk = from; chunk < to; chunk++) {
            int block = chunk % blocks;
            int start = (int) ((long) m * block / blocks);
            int rows = (int) ((long) m * (block + 1) / blocks) - start;
            int depth = rows <= Tiles.ROWS && columns.widened() ? SHALLOW : DEPTH;
            LeftRows left = LeftRows.matrix(a, a0 + start * k, k, depth);
            PanelProduct.run(
                tiles, chunk / blocks, first + start, rows, left, columns, epilogue, c);
          }
        });
  }
}
