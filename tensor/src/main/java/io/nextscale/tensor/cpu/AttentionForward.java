package io.nextscale.tensor.cpu;

import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention over a list of chunks of keys and values: for each head {@code y_i =
 * Σ_j p_ij v_j}, {@code p_i = softmax_j(scale q_i · k_j)}.
 *
 * <p>The keys of a head are first copied as columns of panels, its values as panels of rows; then
 * queries pass, six at a time: scores, softmax of each row, and the product with the values.
 * Queries of a block see equally many keys, so hidden keys cost nothing and never enter a sum.
 */
final class AttentionForward {

  private final Tiles tiles;
  private final RowKernels rows;

  AttentionForward(Tiles tiles, RowKernels rows) {
    this.tiles = tiles;
    this.rows = rows;
  }

  /**
   * Writes y (B,Lq,H,D).
   *
   * @param q (B,Lq,H,D)
   * @param keys chunks (B,Lc,H,D)
   * @param values chunks (B,Lc,H,D)
   * @param lengths Lc of each chunk
   * @param visible (Lq): query i sees keys 0 .. visible[i]-1, at least one; or null: all see all
   * @param y not an array that is read
   */
  void run(
      int batch,
      int queries,
      int heads,
      int d,
      float[] q,
      float[][] keys,
      float[][] values,
      int[] lengths,
      int @Nullable [] visible,
      float scale,
      float[] y) {
    HeadLayout layout = new HeadLayout(heads, d, tiles);
    int length = 0;
    for (int chunk : lengths) {
      length += chunk;
    }
    int total = length;
    int[] blocks = HeadLayout.blocks(queries, total, visible);
    HeadLayout.forEachHead(
        batch,
        heads,
        (b, h) -> {
          PanelGrid keyGrid = PanelGrid.of(total, tiles);
          float[] k = Scratch.KEYS.floats(keyGrid.paddedColumns() * d);
          float[] v = Scratch.VALUES.floats(total * layout.padded());
          layout.packColumns(keys, lengths, b, h, keyGrid, k);
          layout.packRows(values, lengths, b, h, v);
          Parallel.forRange(
              blocks.length - 1,
              1,
              (from, to) -> {
                for (int i = from; i < to; i++) {
                  int first = blocks[i];
                  int count = blocks[i + 1] - first;
                  int seen = visible == null ? total : visible[first];
                  int at = layout.at(b, queries, first, h);
                  float[] scaled = Scratch.QUERIES.floats(count * d);
                  layout.gather(rows, q, at, count, scale, scaled);
                  for (int r = 0; r < count; r += Tiles.ROWS) {
                    int height = Math.min(Tiles.ROWS, count - r);
                    int y0 = at + r * layout.tokenStride();
                    group(layout, height, scaled, r * d, k, keyGrid, v, total, seen, y, y0);
                  }
                }
              });
        });
  }

  /** A few queries, from q0: their rows of y, from y0. Scores stay in the L1 cache. */
  private void group(
      HeadLayout layout,
      int height,
      float[] q,
      int q0,
      float[] k,
      PanelGrid keyGrid,
      float[] v,
      int total,
      int seen,
      float[] y,
      int y0) {
    int stride = HeadLayout.scoreStride(keyGrid, seen);
    float[] scores = Scratch.SCORES.floats(Tiles.ROWS * stride);
    float[] sums = Scratch.SUMS.floats(Tiles.ROWS * layout.padded());
    float[] inverse = new float[Tiles.ROWS];
    layout.scores(height, q, q0, k, keyGrid, seen, scores, 0);
    for (int r = 0; r < height; r++) {
      float shift = rows.largest(scores, r * stride, seen);
      inverse[r] = 1f / rows.expSum(scores, r * stride, scores, r * stride, seen, shift);
    }
    layout.multiply(height, seen, scores, 0, stride, v, total, sums, 0, false);
    for (int r = 0; r < height; r++) {
      int to = y0 + r * layout.tokenStride();
      rows.scale(sums, r * layout.padded(), y, to, layout.d(), inverse[r]);
    }
  }
}
