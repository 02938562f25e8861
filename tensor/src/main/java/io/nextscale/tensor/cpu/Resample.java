package io.nextscale.tensor.cpu;

import io.nextscale.tensor.op.Resampling.Mode;

/**
 * Maps (B,h,w,C) of another height and width, by a {@link ResampleTable} for each axis: first along
 * rows of cells, then along columns.
 *
 * <p>Entry points: {@link #resize} and its gradient {@link #resizeGrad}. An axis that keeps its
 * extent is left alone.
 */
final class Resample {

  private Resample() {}

  /** y (batch, toHeight, toWidth, channels) from x (batch, height, width, channels). */
  static void resize(
      RowKernels k,
      Mode mode,
      float[] x,
      int batch,
      int height,
      int width,
      int channels,
      int toHeight,
      int toWidth,
      float[] y) {
    if (mode == Mode.NEAREST) {
      nearest(x, batch, height, width, channels, toHeight, toWidth, y);
      return;
    }
    ResampleTable rows = ResampleTable.of(mode, height, toHeight);
    ResampleTable columns = ResampleTable.of(mode, width, toWidth);
    separable(k, columns, rows, x, batch, channels, y);
  }

  /**
   * dx (batch, height, width, channels) from dy (batch, fromHeight, fromWidth, channels), the
   * result of {@link #resize} being of dy's shape.
   */
  static void resizeGrad(
      RowKernels k,
      Mode mode,
      float[] dy,
      int batch,
      int fromHeight,
      int fromWidth,
      int channels,
      int height,
      int width,
      float[] dx) {
    ResampleTable rows = ResampleTable.of(mode, height, fromHeight).transposed();
    ResampleTable columns = ResampleTable.of(mode, width, fromWidth).transposed();
    separable(k, columns, rows, dy, batch, channels, dx);
  }

  private static void separable(
      RowKernels k,
      ResampleTable columns,
      ResampleTable rows,
      float[] x,
      int batch,
      int channels,
      float[] y) {
    boolean sameWidth = columns.inputs() == columns.outputs();
    boolean sameHeight = rows.inputs() == rows.outputs();
    float[] wide = x; // (batch, rows.inputs, columns.outputs, channels)
    if (!sameWidth) {
      int cells = batch * rows.inputs();
      wide = sameHeight ? y : new float[cells * columns.outputs() * channels];
      columns.apply(k, x, cells, channels, wide);
    }
    if (!sameHeight) {
      rows.apply(k, wide, batch, columns.outputs() * channels, y);
    } else if (sameWidth) {
      System.arraycopy(x, 0, y, 0, y.length);
    }
  }

  /** Copies of cells; a row of cells that is repeated is copied as a whole. */
  private static void nearest(
      float[] x,
      int batch,
      int height,
      int width,
      int channels,
      int toHeight,
      int toWidth,
      float[] y) {
    int[] row = ResampleTable.of(Mode.NEAREST, height, toHeight).source();
    int[] column = ResampleTable.of(Mode.NEAREST, width, toWidth).source();
    int run = toWidth * channels;
    Parallel.forRange(
        batch * height,
        1,
        (from, to) -> {
          for (int r = from; r < to; r++) {
            int xo = r * width * channels;
            int first = -1;
            for (int i = 0; i < toHeight; i++) {
              if (row[i] != r % height) {
                continue;
              }
              int yo = (r / height * toHeight + i) * run;
              if (first >= 0) {
                System.arraycopy(y, first, y, yo, run);
              } else {
                for (int j = 0; j < toWidth; j++) {
                  System.arraycopy(x, xo + column[j] * channels, y, yo + j * channels, channels);
                }
                first = yo;
              }
            }
          }
        });
  }
}
