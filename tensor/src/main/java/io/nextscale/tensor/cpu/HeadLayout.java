package io.nextscale.tensor.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How attention reads heads of token-major arrays (B,L,H,D) and lays them out in scratch memory.
 *
 * <p>Copied as columns, the tokens of a head are the columns of panels (D, tokens): a left operand
 * (rows, D) times it gives scores. Copied as rows, panel p of D holds its columns of all tokens,
 * (L, stride): a left operand (rows, L) times it gives a sum over tokens.
 */
record HeadLayout(int heads, int d, Tiles tiles, PanelGrid grid) {

  /** Queries of a block: scores against a thousand keys are then 200 KB. */
  private static final int BLOCK = 48;

  /**
   * With as many heads each is one chunk of a parallel loop; with fewer a head's loops are
   * parallel.
   */
  private static final int HEADS_AT_ONCE = 8;

  /** Work on head h of image b. */
  @FunctionalInterface
  interface HeadBody {
    void run(int b, int h);
  }

  HeadLayout(int heads, int d, Tiles tiles) {
    this(heads, d, tiles, PanelGrid.of(d, tiles));
  }

  /** Elements from a token to the next. */
  int tokenStride() {
    return heads * d;
  }

  /** D filled up to whole panels. */
  int padded() {
    return grid.paddedColumns();
  }

  /** The first element of head h of token i of image b, of L tokens each. */
  int at(int b, int length, int i, int h) {
    return ((b * length + i) * heads + h) * d;
  }

  /** Runs the body for each head of each image. */
  static void forEachHead(int batch, int heads, HeadBody body) {
    int count = batch * heads;
    int grain = count >= HEADS_AT_ONCE ? 1 : Math.max(1, count);
    Parallel.forRange(
        count,
        grain,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            body.run(i / heads, i % heads);
          }
        });
  }

  /**
   * The borders of blocks of at most {@link #BLOCK} queries, those of a block seeing equally many
   * keys.
   */
  static int[] blocks(int queries, int keys, int @Nullable [] visible) {
    int[] borders = new int[queries + 1];
    int count = 0;
    for (int i = 1; i <= queries; i++) {
      boolean full = i - borders[count] == BLOCK;
      if (i == queries || full || (visible != null && visible[i] != visible[i - 1])) {
        borders[++count] = i;
      }
    }
    return Arrays.copyOf(borders, count + 1);
  }

  /** Elements from a row of scores to the next. */
  static int scoreStride(PanelGrid keys, int seen) {
    return Math.min(keys.paddedColumns(), (seen + keys.width() - 1) / keys.width() * keys.width());
  }

  /** A head of {@code count} tokens from x0, times a factor, as y (count, D). */
  void gather(RowKernels rows, float[] x, int x0, int count, float factor, float[] y) {
    for (int i = 0; i < count; i++) {
      rows.scale(x, x0 + i * tokenStride(), y, i * d, d, factor);
    }
  }

  /** Copies a head of all tokens as columns. */
  void packColumns(float[][] x, int[] lengths, int b, int h, PanelGrid tokens, float[] y) {
    Parallel.forRange(
        tokens.count(),
        1,
        (from, to) -> {
          for (int p = from; p < to; p++) {
            int first = p * tokens.width();
            int end = first + tokens.columns(p);
            int chunkStart = 0;
            for (int c = 0; c < lengths.length; c++) {
              int start = Math.max(first, chunkStart);
              int count = Math.min(end, chunkStart + lengths[c]) - start;
              if (count > 0) {
                int at = at(b, lengths[c], start - chunkStart, h);
                int target = first * d + start - first;
                Transpose.copy(x[c], at, tokenStride(), count, d, y, target, tokens.stride(p));
              }
              chunkStart += lengths[c];
            }
          }
        });
  }

  /** Copies a head of all tokens as rows. */
  void packRows(float[][] x, int[] lengths, int b, int h, float[] y) {
    int total = 0;
    for (int length : lengths) {
      total += length;
    }
    int chunkStart = 0;
    for (int c = 0; c < lengths.length; c++) {
      for (int i = 0; i < lengths[c]; i++) {
        packRow(x[c], at(b, lengths[c], i, h), chunkStart + i, total, y);
      }
      chunkStart += lengths[c];
    }
  }

  /** Copies one token, x[x0 .. x0+D), to row i of panels of {@code total} rows. */
  void packRow(float[] x, int x0, int i, int total, float[] y) {
    for (int p = 0; p < grid.count(); p++) {
      int column = p * grid.width();
      int to = column * total + i * grid.stride(p);
      System.arraycopy(x, x0 + column, y, to, grid.columns(p));
    }
  }

  /**
   * {@code scores[i][j] = q_i · k_j} for at least {@code seen} columns.
   *
   * @param q rows (height, D) from q0
   * @param scores rows at s0, s0 + {@link #scoreStride}, …
   */
  void scores(
      int height, float[] q, int q0, float[] k, PanelGrid keys, int seen, float[] scores, int s0) {
    int ld = scoreStride(keys, seen);
    for (int p = 0; p * keys.width() < seen; p++) {
      int column = p * keys.width();
      int stride = keys.stride(p);
      tiles.multiply(
          height, stride, d, q, q0, d, 1, k, column * d, stride, scores, s0 + column, ld, false);
    }
  }

  /**
   * {@code y (rows, D) = a (rows, depth) x}, with x copied as rows.
   *
   * @param total rows of each panel of x, at least {@code depth}
   * @param y rows at y0, y0 + {@link #padded}, …
   */
  void multiply(
      int height,
      int depth,
      float[] a,
      int a0,
      int lda,
      float[] x,
      int total,
      float[] y,
      int y0,
      boolean add) {
    for (int p = 0; p < grid.count(); p++) {
      int column = p * grid.width();
      int stride = grid.stride(p);
      tiles.multiply(
          height,
          stride,
          depth,
          a,
          a0,
          lda,
          1,
          x,
          column * total,
          stride,
          y,
          y0 + column,
          padded(),
          add);
    }
  }
}
