package io.nextscale.tensor.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of {@link AttentionForward}, for keys and values in one chunk. With P the
 * probabilities of a head and {@code dP = dy vᵀ}: {@code dS = P (dP - Σ_j P dP)}, {@code dq = scale
 * dS k}, {@code dk = dSᵀ (scale q)}, {@code dv = Pᵀ dy}.
 *
 * <p>Blocks of queries pass one after the other; P is computed again, and the sums over queries in
 * dk and dv grow in their order. Threads take heads.
 */
final class AttentionBackward {

  private final Tiles tiles;
  private final RowKernels rows;

  AttentionBackward(Tiles tiles, RowKernels rows) {
    this.tiles = tiles;
    this.rows = rows;
  }

  /**
   * Writes dq (B,Lq,H,D), dk (B,L,H,D) and dv (B,L,H,D), one after the other.
   *
   * @param q (B,Lq,H,D)
   * @param k (B,L,H,D)
   * @param v (B,L,H,D)
   * @param dy (B,Lq,H,D)
   * @param visible as in {@link AttentionForward#run}
   * @param gradients dq, dk, dv
   */
  void run(
      int batch,
      int queries,
      int length,
      int heads,
      int d,
      float[] q,
      float[] k,
      float[] v,
      float[] dy,
      int @Nullable [] visible,
      float scale,
      float[] gradients) {
    HeadLayout layout = new HeadLayout(heads, d, tiles);
    int[] blocks = HeadLayout.blocks(queries, length, visible);
    Parallel.forRange(
        batch * heads,
        1,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            Head head = new Head(layout, length, q, k, v, dy, scale, i / heads, i % heads);
            for (int block = 0; block < blocks.length - 1; block++) {
              int first = blocks[block];
              int seen = visible == null ? length : visible[first];
              int at = layout.at(i / heads, queries, first, i % heads);
              head.block(at, blocks[block + 1] - first, seen, gradients);
            }
            int at = layout.at(i / heads, length, 0, i % heads);
            head.store(head.dk, gradients, q.length + at);
            head.store(head.dv, gradients, q.length + k.length + at);
          }
        });
  }

  /** One head of one image. */
  private final class Head {

    private final HeadLayout layout;
    private final int length;
    private final PanelGrid keyGrid;
    private final float[] q;
    private final float[] dy;
    private final float scale;

    private final float[] kColumns;
    private final float[] vColumns;
    private final float[] kRows;
    private final float[] dk; // (L, padded D)
    private final float[] dv;

    Head(
        HeadLayout layout,
        int length,
        float[] q,
        float[] k,
        float[] v,
        float[] dy,
        float scale,
        int b,
        int h) {
      this.layout = layout;
      this.length = length;
      this.q = q;
      this.dy = dy;
      this.scale = scale;
      keyGrid = PanelGrid.of(length, tiles);
      kColumns = Scratch.KEYS.floats(keyGrid.paddedColumns() * layout.d());
      vColumns = Scratch.VALUE_COLUMNS.floats(keyGrid.paddedColumns() * layout.d());
      kRows = Scratch.VALUES.floats(length * layout.padded());
      int[] lengths = {length};
      layout.packColumns(new float[][] {k}, lengths, b, h, keyGrid, kColumns);
      layout.packColumns(new float[][] {v}, lengths, b, h, keyGrid, vColumns);
      layout.packRows(new float[][] {k}, lengths, b, h, kRows);
      dk = Scratch.KEY_GRADIENTS.floats(length * layout.padded());
      dv = Scratch.VALUE_GRADIENTS.floats(length * layout.padded());
      Arrays.fill(dk, 0, length * layout.padded(), 0f);
      Arrays.fill(dv, 0, length * layout.padded(), 0f);
    }

    /** {@code count} queries from element {@code at}, which see {@code seen} keys. */
    void block(int at, int count, int seen, float[] gradients) {
      int d = layout.d();
      int stride = HeadLayout.scoreStride(keyGrid, seen);
      float[] scaled = Scratch.QUERIES.floats(count * d);
      float[] gradient = Scratch.OUTPUT_GRADIENTS.floats(count * d);
      layout.gather(rows, q, at, count, scale, scaled);
      layout.gather(rows, dy, at, count, 1f, gradient);
      float[] p = Scratch.SCORES.floats(count * stride);
      float[] ds = Scratch.SCORE_GRADIENTS.floats(count * stride);
      for (int i = 0; i < count; i += Tiles.ROWS) {
        int height = Math.min(Tiles.ROWS, count - i);
        layout.scores(height, scaled, i * d, kColumns, keyGrid, seen, p, i * stride);
        layout.scores(height, gradient, i * d, vColumns, keyGrid, seen, ds, i * stride);
      }
      for (int row = 0; row < count * stride; row += stride) {
        float shift = rows.largest(p, row, seen);
        float sum = rows.expSum(p, row, p, row, seen, shift);
        rows.scale(p, row, p, row, seen, 1f / sum);
        float mean = rows.dot(p, row, ds, row, seen);
        rows.timesShifted(p, row, ds, row, mean, ds, row, seen);
      }
      float[] sums = Scratch.SUMS.floats(Tiles.ROWS * layout.padded());
      for (int i = 0; i < count; i += Tiles.ROWS) {
        int height = Math.min(Tiles.ROWS, count - i);
        layout.multiply(height, seen, ds, i * stride, stride, kRows, length, sums, 0, false);
        for (int r = 0; r < height; r++) {
          int to = at + (i + r) * layout.tokenStride();
          rows.scale(sums, r * layout.padded(), gradients, to, d, scale);
        }
      }
      addTransposed(p, count, stride, seen, gradient, dv);
      addTransposed(ds, count, stride, seen, scaled, dk);
    }

    /** {@code sums (seen, D) += aᵀ x} for a (count, seen) and x (count, D). */
    private void addTransposed(
        float[] a, int count, int stride, int seen, float[] x, float[] sums) {
      float[] turned = Scratch.TURNED.floats(seen * count);
      Transpose.copy(a, 0, stride, count, seen, turned, 0, count);
      float[] panels = Scratch.PANEL.floats(count * layout.padded());
      for (int i = 0; i < count; i++) {
        layout.packRow(x, i * layout.d(), i, count, panels);
      }
      for (int j = 0; j < seen; j += Tiles.ROWS) {
        int height = Math.min(Tiles.ROWS, seen - j);
        layout.multiply(
            height,
            count,
            turned,
            j * count,
            count,
            panels,
            count,
            sums,
            j * layout.padded(),
            true);
      }
    }

    /** Copies rows (L, D) to their places from {@code to}. */
    void store(float[] x, float[] gradients, int to) {
      for (int i = 0; i < length; i++) {
        int at = to + i * layout.tokenStride();
        System.arraycopy(x, i * layout.padded(), gradients, at, layout.d());
      }
    }
  }
}
