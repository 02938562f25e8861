package io.nextscale.tensor.cpu;

import org.jspecify.annotations.Nullable;

/** The product of rows with one panel of columns, and its epilogue. */
final class PanelProduct {

  private PanelProduct() {}

  /**
   * Writes rows {@code start .. start + rows} of c (…,N), the columns of panel p. Blocks of depth
   * come one after the other; in between, the sums wait in c.
   *
   * @param left its row 0 gives row {@code start} of c
   */
  static void run(
      Tiles tiles,
      int p,
      int start,
      int rows,
      LeftRows left,
      Columns columns,
      Epilogue epilogue,
      float[] c) {
    int k = left.k();
    float[] scale = columns.scale();
    boolean finish = scale != null || !epilogue.isNone();
    for (int k0 = 0, block = 0; k0 == 0 || k0 < k; k0 += left.depth(), block++) {
      int kEnd = Math.min(k, k0 + left.depth());
      float[] panel = columns.block(p, k0, kEnd);
      int p0 = columns.offset(p, k0);
      for (int run = 0; run < rows; run += left.run()) {
        int end = Math.min(rows - run, left.run()) + run;
        int groups = (end - run + Tiles.ROWS - 1) / Tiles.ROWS;
        for (int group = 0; group < groups; group++) {
          // as equal as possible: 18 rows are three times 6, 20 rows four times 5
          int row = run + (end - run) * group / groups;
          int height = run + (end - run) * (group + 1) / groups - row;
          int a0 =
              left.first()
                  + run / left.run() * left.runStride()
                  + (row - run) * left.stride()
                  + block * left.blockStride();
          group(
              tiles,
              p,
              start + row,
              height,
              left,
              a0,
              kEnd - k0,
              panel,
              p0,
              columns.grid(),
              k0 > 0,
              c);
          if (kEnd == k && finish) {
            finish(tiles, p, start + row, height, columns.grid(), epilogue, scale, c);
          }
        }
        if (end == rows) {
          break; // run may be Integer.MAX_VALUE
        }
      }
    }
  }

  private static void group(
      Tiles tiles,
      int p,
      int row,
      int height,
      LeftRows left,
      int a0,
      int depth,
      float[] panel,
      int p0,
      PanelGrid grid,
      boolean add,
      float[] c) {
    int n = grid.n();
    int width = grid.columns(p);
    int stride = grid.stride(p);
    int c0 = row * n + p * grid.width();
    if (width == stride) {
      tiles.multiply(
          height,
          stride,
          depth,
          left.values(),
          a0,
          left.stride(),
          1,
          panel,
          p0,
          stride,
          c,
          c0,
          n,
          add);
      return;
    }
    // the matrix ends within the panel
    float[] edge = Scratch.EDGE.floats(Tiles.ROWS * stride);
    if (add) {
      copy(height, width, c, c0, n, edge, 0, stride);
    }
    tiles.multiply(
        height,
        stride,
        depth,
        left.values(),
        a0,
        left.stride(),
        1,
        panel,
        p0,
        stride,
        edge,
        0,
        stride,
        add);
    copy(height, width, edge, 0, stride, c, c0, n);
  }

  private static void finish(
      Tiles tiles,
      int p,
      int row,
      int height,
      PanelGrid grid,
      Epilogue epilogue,
      float @Nullable [] scale,
      float[] c) {
    tiles.finish(epilogue, scale, height, grid.columns(p), row, p * grid.width(), grid.n(), c);
  }

  private static void copy(
      int rows, int columns, float[] x, int x0, int ldx, float[] y, int y0, int ldy) {
    for (int i = 0; i < rows; i++) {
      System.arraycopy(x, x0 + i * ldx, y, y0 + i * ldy, columns);
    }
  }
}
