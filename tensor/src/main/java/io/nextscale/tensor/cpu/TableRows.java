package io.nextscale.tensor.cpu;

import io.nextscale.tensor.spi.HostBuffer;
import java.util.Arrays;

/**
 * Rows of a table picked by indices, and the transpose of that.
 *
 * <p>Entry points: {@link #gather} and {@link #scatterAdd}. Indices are in range.
 */
final class TableRows {

  /** Columns of a parallel chunk of a scatter. */
  private static final int COLUMNS = 64;

  private TableRows() {}

  /** y[i] = table[index[i]], rows of n elements; the table is of any type, row-major. */
  static void gather(Tiles tiles, HostBuffer table, int n, int[] index, float[] y) {
    Parallel.forRange(
        index.length,
        RowKernels.rowsPerChunk(n),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            Conversions.widen(tiles, table, index[i] * n, y, i * n, n);
          }
        });
  }

  /** table[v] = Σ dy[i] over the i with index[i] = v, in their order. Chunks take columns. */
  static void scatterAdd(RowKernels k, int[] index, float[] dy, int n, float[] table) {
    Arrays.fill(table, 0f);
    Parallel.forRange(
        n,
        COLUMNS,
        (from, to) -> {
          for (int i = 0; i < index.length; i++) {
            k.addScaled(dy, i * n + from, table, index[i] * n + from, to - from, 1f);
          }
        });
  }
}
