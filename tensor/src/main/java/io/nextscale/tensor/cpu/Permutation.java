package io.nextscale.tensor.cpu;

/**
 * Arrays with their axes in another order.
 *
 * <p>Entry point: {@link #apply}.
 *
 * <p>Axes of extent 1 are left out, and axes that stay neighbours in the same order are merged. If
 * the last axis stays the last, runs of it are copied; else the result's last axis and the
 * operand's last axis span a matrix that is transposed block by block, once for each index on the
 * other axes.
 */
final class Permutation {

  /** Merged extents of the result. */
  private final int[] extents;

  /** The operand's stride along each of them. */
  private final int[] strides;

  private Permutation(int[] extents, int[] strides) {
    this.extents = extents;
    this.strides = strides;
  }

  /**
   * Axis i of y is axis {@code axes[i]} of x.
   *
   * @param dims extents of x
   */
  static void apply(float[] x, int[] dims, int[] axes, float[] y) {
    if (y.length == 0) {
      return;
    }
    of(dims, axes).run(x, y);
  }

  private static Permutation of(int[] dims, int[] axes) {
    int[] stride = new int[dims.length];
    int size = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      stride[i] = size;
      size *= dims[i];
    }
    int[] extents = new int[axes.length];
    int[] strides = new int[axes.length];
    int count = 0;
    for (int axis : axes) {
      if (dims[axis] == 1) {
        continue;
      }
      if (count > 0 && strides[count - 1] == stride[axis] * dims[axis]) {
        extents[count - 1] *= dims[axis];
        strides[count - 1] = stride[axis];
      } else {
        extents[count] = dims[axis];
        strides[count++] = stride[axis];
      }
    }
    return new Permutation(
        java.util.Arrays.copyOf(extents, count), java.util.Arrays.copyOf(strides, count));
  }

  private void run(float[] x, float[] y) {
    int last = extents.length - 1;
    if (last <= 0) {
      System.arraycopy(x, 0, y, 0, y.length);
    } else if (strides[last] == 1) {
      int run = extents[last];
      Parallel.forRange(
          y.length / run,
          RowKernels.rowsPerChunk(run),
          (from, to) -> {
            for (int r = from; r < to; r++) {
              System.arraycopy(x, offset(r, last, -1), y, r * run, run);
            }
          });
    } else {
      transpose(x, y);
    }
  }

  /** Where the result's last axis is not the operand's. */
  private void transpose(float[] x, float[] y) {
    int last = extents.length - 1;
    int columns = extents[last];
    int inner = 0; // the result's axis that is the operand's last
    while (strides[inner] != 1) {
      inner++;
    }
    int axis = inner;
    int rows = extents[axis];
    int rowStride = 1; // of the result, along that axis
    for (int i = axis + 1; i <= last; i++) {
      rowStride *= extents[i];
    }
    int yStride = rowStride;
    int matrices = y.length / (rows * columns);
    Parallel.forRange(
        matrices * rows,
        RowKernels.rowsPerChunk(columns),
        (from, to) -> {
          for (int r = from; r < to; ) {
            int matrix = r / rows;
            int row = r % rows;
            int height = Math.min(rows - row, to - r);
            int xo = offset(matrix, last, axis) + row;
            int yo = resultOffset(matrix, axis) + row * yStride;
            Transpose.copy(x, xo, strides[last], columns, height, y, yo, yStride);
            r += height;
          }
        });
  }

  /**
   * The operand's offset of index i on the axes before {@code end}, without axis {@code skipped}.
   */
  private int offset(int i, int end, int skipped) {
    int offset = 0;
    for (int a = end - 1; a >= 0; a--) {
      if (a != skipped) {
        offset += i % extents[a] * strides[a];
        i /= extents[a];
      }
    }
    return offset;
  }

  /** The result's offset of index i on all axes but the last and {@code skipped}. */
  private int resultOffset(int i, int skipped) {
    int last = extents.length - 1;
    int offset = 0;
    int stride = extents[last];
    for (int a = last - 1; a >= 0; a--) {
      if (a != skipped) {
        offset += i % extents[a] * stride;
        i /= extents[a];
      }
      stride *= extents[a];
    }
    return offset;
  }
}
