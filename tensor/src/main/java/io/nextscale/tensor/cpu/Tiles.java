package io.nextscale.tensor.cpu;

import org.jspecify.annotations.Nullable;

/**
 * The inner loops of matrix products: a few rows times a panel of columns, the sums in registers.
 *
 * <p>A panel is {@link #width} (or {@link #narrowWidth}) columns of the right operand, stored depth
 * by depth: element (k, j) at {@code panel[p0 + k * stride + j]}. Rows of the left operand need no
 * packing.
 *
 * <p>Every sum is the chain {@code fma(a_k, b_k, sum)} for k = 0, 1, …, whatever the number of rows
 * and columns of the tile, so a product has the same bits however it is cut into tiles. A sum may
 * stop in memory and go on later: both forms are 32-bit.
 */
sealed interface Tiles permits ScalarTiles, VectorTiles {

  /** The most rows of a tile. */
  int ROWS = 6;

  /** Columns of a panel. */
  int width();

  /** Columns of a panel for what is left of a matrix, at most {@link #width}. */
  int narrowWidth();

  /**
   * {@code c[i][j] = sum_k a[i][k] panel[k][j]}, or with {@code add} that much more than {@code
   * c[i][j]} was.
   *
   * @param rows 1 to {@link #ROWS}
   * @param columns {@link #width} or {@link #narrowWidth}
   * @param depth the number of k
   * @param a element (i, k) at {@code a0 + i * lda + k * step}: a matrix in rows where step is 1,
   *     the transpose of one where lda is 1
   * @param panel depths at {@code p0}, {@code p0 + stride}, …
   * @param c rows at {@code c0}, {@code c0 + ldc}, …
   */
  void multiply(
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
      boolean add);

  /**
   * Applies an epilogue in place to rows {@code row .. row + rows} and columns {@code column ..
   * column + columns} of the product c (M,N).
   *
   * @param scale (N) factors of the sums, applied first; or null for none
   */
  void finish(
      Epilogue epilogue,
      float @Nullable [] scale,
      int rows,
      int columns,
      int row,
      int column,
      int n,
      float[] c);

  /** {@code y[to + i] = x[from + i]}, bfloat16 to float, for {@code count} elements. */
  void widenBf16(short[] x, int from, float[] y, int to, int count);

  /** {@code y[to + i] = x[from + i]}, binary16 to float, for {@code count} elements. */
  void widenF16(short[] x, int from, float[] y, int to, int count);

  /** {@code y[to + i] = x[from + i]}, byte to float, for {@code count} elements. */
  void widenI8(byte[] x, int from, float[] y, int to, int count);
}
