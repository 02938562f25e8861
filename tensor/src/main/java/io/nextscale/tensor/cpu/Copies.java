package io.nextscale.tensor.cpu;

import java.util.Arrays;

/**
 * Elements moved from one array to another: cut out, put together, repeated.
 *
 * <p>Entry points: {@link #runs}, from which slices, concatenation and padding are made, {@link
 * #fillRuns}, and {@link #repeatTo}.
 */
final class Copies {

  private static final int CHUNK = RowKernels.CHUNK;

  private Copies() {}

  /**
   * Copies {@code count} runs of {@code run} elements: run i from {@code x[xo + i xStride ..]} to
   * {@code y[yo + i yStride ..]}.
   */
  static void runs(
      float[] x, int xo, int xStride, float[] y, int yo, int yStride, int run, int count) {
    forPieces(
        run,
        count,
        (i, from, length) ->
            System.arraycopy(x, xo + i * xStride + from, y, yo + i * yStride + from, length));
  }

  /** Writes {@code value} to {@code count} runs of {@code run} elements. */
  static void fillRuns(float[] y, int yo, int yStride, int run, int count, float value) {
    forPieces(
        run,
        count,
        (i, from, length) -> {
          int o = yo + i * yStride + from;
          Arrays.fill(y, o, o + length, value);
        });
  }

  /** The work on elements {@code from .. from + length} of run i. */
  private interface Piece {
    void apply(int i, int from, int length);
  }

  /** Many short runs share a chunk; a long run is cut into several. */
  private static void forPieces(int run, int count, Piece body) {
    if (run == 0) {
      return;
    }
    int pieces = (run + CHUNK - 1) / CHUNK;
    int piece = (run + pieces - 1) / pieces;
    Parallel.forRange(
        count * pieces,
        RowKernels.rowsPerChunk(piece),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int start = i % pieces * piece;
            body.apply(i / pieces, start, Math.min(piece, run - start));
          }
        });
  }

  /**
   * Repeats x along axes where it has extent 1, or none, to the shape {@code to}.
   *
   * @param dims extents of x, aligned with the last of {@code to}; each equal to it, or 1
   * @param y of shape {@code to}
   */
  static void repeatTo(float[] x, int[] dims, int[] to, float[] y) {
    int inner = 1; // the size of the result behind the axes in hand
    int size = x.length; // of what is repeated so far
    float[] repeated = x;
    for (int axis = to.length - 1; axis >= 0; ) {
      if (!isRepeated(dims, to, axis)) {
        inner *= to[axis--];
        continue;
      }
      int n = 1;
      while (axis >= 0 && isRepeated(dims, to, axis)) {
        n *= to[axis--];
      }
      if (n != 1) {
        float[] larger = size * n == y.length ? y : new float[size * n];
        repeat(repeated, size / Math.max(1, inner), n, inner, larger);
        repeated = larger;
        size *= n;
        inner *= n;
      }
    }
    if (repeated != y) {
      System.arraycopy(repeated, 0, y, 0, y.length);
    }
  }

  /** (outer, inner) to (outer, n, inner). */
  private static void repeat(float[] x, int outer, int n, int inner, float[] y) {
    Parallel.forRange(
        outer * n,
        RowKernels.rowsPerChunk(inner),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            System.arraycopy(x, r / n * inner, y, r * inner, inner);
          }
        });
  }

  private static boolean isRepeated(int[] dims, int[] to, int axis) {
    int i = axis - (to.length - dims.length);
    return i < 0 || dims[i] == 1;
  }
}
