package io.nextscale.tensor.cpu;

import io.nextscale.tensor.spi.HostBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The right operand (K,N) of a product, block by block of its panels: where it is not stored as
 * floats in that order, a block is made in scratch memory when it is needed.
 */
sealed interface Columns {

  PanelGrid grid();

  /** Factors (N) of the sums, or null for none: the row factors of I8 weights. */
  default float @Nullable [] scale() {
    return null;
  }

  /** Whether {@link #block} widens what lies in memory in that order. */
  default boolean widened() {
    return false;
  }

  /** Depths {@code from .. to} of panel p, at {@link #offset} of the array. */
  float[] block(int p, int from, int to);

  /** Where in the array of {@link #block} the depth {@code from} of panel p begins. */
  default int offset(int p, int from) {
    return 0;
  }

  /** The transpose of a weight (N,K), packed or row-major. */
  static Columns ofWeight(HostBuffer w, int n, int k, Tiles tiles) {
    return w instanceof PackedWeight packed
        ? new Packed(packed, tiles)
        : new Transposed(w, PanelGrid.of(n, tiles), k, 0, tiles);
  }

  /** A weight that lies in panels already. */
  record Packed(PackedWeight w, Tiles tiles) implements Columns {

    @Override
    public PanelGrid grid() {
      return w.grid();
    }

    @Override
    public float @Nullable [] scale() {
      return w.panels() instanceof HostBuffer.I8 i8 ? i8.rowScale() : null;
    }

    @Override
    public boolean widened() {
      return !(w.panels() instanceof HostBuffer.F32);
    }

    @Override
    public int offset(int p, int from) {
      return widened() ? 0 : w.start(p, from);
    }

    @Override
    public float[] block(int p, int from, int to) {
      if (w.panels() instanceof HostBuffer.F32(float[] values)) {
        return values;
      }
      int count = (to - from) * grid().stride(p);
      float[] block = Scratch.PANEL.floats(count);
      widen(tiles, w.panels(), w.start(p, from), block, 0, count);
      return block;
    }
  }

  /** A matrix (N,K) from element w0, row-major: packed block by block. */
  record Transposed(HostBuffer w, PanelGrid grid, int k, int w0, Tiles tiles) implements Columns {

    @Override
    public float @Nullable [] scale() {
      return w instanceof HostBuffer.I8 i8 ? i8.rowScale() : null;
    }

    @Override
    public float[] block(int p, int from, int to) {
      int stride = grid.stride(p);
      int rows = grid.columns(p);
      int depth = to - from;
      float[] block = Scratch.PANEL.floats(depth * stride);
      int first = w0 + p * grid.width() * k + from;
      if (w instanceof HostBuffer.F32(float[] values)) {
        Transpose.copy(values, first, k, rows, depth, block, 0, stride);
      } else {
        // widened eight rows at a time, as many as are transposed together
        float[] eight = Scratch.ROWS.floats(8 * depth);
        for (int j = 0; j < rows; j += 8) {
          int count = Math.min(8, rows - j);
          for (int i = 0; i < count; i++) {
            widen(tiles, w, first + (j + i) * k, eight, i * depth, depth);
          }
          Transpose.copy(eight, 0, depth, count, depth, block, j, stride);
        }
      }
      zeroColumns(block, depth, rows, stride);
      return block;
    }
  }

  /** A matrix (K,N) from element b0, row-major: copied block by block. */
  record RowMajor(float[] b, PanelGrid grid, int b0) implements Columns {

    @Override
    public float[] block(int p, int from, int to) {
      int stride = grid.stride(p);
      int columns = grid.columns(p);
      float[] block = Scratch.PANEL.floats((to - from) * stride);
      int first = b0 + from * grid.n() + p * grid.width();
      for (int k = 0; k < to - from; k++) {
        System.arraycopy(b, first + k * grid.n(), block, k * stride, columns);
      }
      zeroColumns(block, to - from, columns, stride);
      return block;
    }
  }

  /** Fills columns {@code columns .. stride} of a block with zeros. */
  private static void zeroColumns(float[] block, int depth, int columns, int stride) {
    if (columns < stride) {
      for (int k = 0; k < depth; k++) {
        Arrays.fill(block, k * stride + columns, (k + 1) * stride, 0f);
      }
    }
  }

  /** {@code y[to + i] = x[from + i]} as floats; the factors of I8 are left out. */
  static void widen(Tiles tiles, HostBuffer x, int from, float[] y, int to, int count) {
    switch (x) {
      case HostBuffer.F32(float[] values) -> System.arraycopy(values, from, y, to, count);
      case HostBuffer.BF16(short[] bits) -> tiles.widenBf16(bits, from, y, to, count);
      case HostBuffer.F16(short[] bits) -> tiles.widenF16(bits, from, y, to, count);
      case HostBuffer.I8 i8 -> tiles.widenI8(i8.values(), from, y, to, count);
      case HostBuffer.I32 _, HostBuffer.Packed _ ->
          throw new IllegalArgumentException(
              "weight: real numbers, row-major or packed; got " + x.type() + " in " + x.getClass());
    }
  }
}
