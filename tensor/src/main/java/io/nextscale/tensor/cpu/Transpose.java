package io.nextscale.tensor.cpu;

/**
 * Copies of matrices with rows and columns exchanged: {@code y[y0 + j ldy + i] = x[x0 + i ldx +
 * j]}.
 *
 * <p>Eight rows at a time: as many streams as the processor prefetches, and runs of eight elements
 * where it writes. A panel is written in blocks that stay in the L2 cache.
 */
final class Transpose {

  private static final int BLOCK = 1024;

  private Transpose() {}

  static void copy(float[] x, int x0, int ldx, int rows, int columns, float[] y, int y0, int ldy) {
    for (int block = 0; block < columns; block += BLOCK) {
      int end = Math.min(columns, block + BLOCK);
      int i = 0;
      for (; i + 8 <= rows; i += 8) {
        int a = x0 + i * ldx;
        int b = a + ldx;
        int c = b + ldx;
        int d = c + ldx;
        int e = d + ldx;
        int f = e + ldx;
        int g = f + ldx;
        int h = g + ldx;
        for (int j = block; j < end; j++) {
          int to = y0 + j * ldy + i;
          y[to] = x[a + j];
          y[to + 1] = x[b + j];
          y[to + 2] = x[c + j];
          y[to + 3] = x[d + j];
          y[to + 4] = x[e + j];
          y[to + 5] = x[f + j];
          y[to + 6] = x[g + j];
          y[to + 7] = x[h + j];
        }
      }
      for (; i < rows; i++) {
        int a = x0 + i * ldx;
        for (int j = block; j < end; j++) {
          y[y0 + j * ldy + i] = x[a + j];
        }
      }
    }
  }

  static void copy(short[] x, int x0, int ldx, int rows, int columns, short[] y, int y0, int ldy) {
    for (int block = 0; block < columns; block += BLOCK) {
      int end = Math.min(columns, block + BLOCK);
      int i = 0;
      for (; i + 8 <= rows; i += 8) {
        int a = x0 + i * ldx;
        int b = a + ldx;
        int c = b + ldx;
        int d = c + ldx;
        int e = d + ldx;
        int f = e + ldx;
        int g = f + ldx;
        int h = g + ldx;
        for (int j = block; j < end; j++) {
          int to = y0 + j * ldy + i;
          y[to] = x[a + j];
          y[to + 1] = x[b + j];
          y[to + 2] = x[c + j];
          y[to + 3] = x[d + j];
          y[to + 4] = x[e + j];
          y[to + 5] = x[f + j];
          y[to + 6] = x[g + j];
          y[to + 7] = x[h + j];
        }
      }
      for (; i < rows; i++) {
        int a = x0 + i * ldx;
        for (int j = block; j < end; j++) {
          y[y0 + j * ldy + i] = x[a + j];
        }
      }
    }
  }

  static void copy(byte[] x, int x0, int ldx, int rows, int columns, byte[] y, int y0, int ldy) {
    for (int block = 0; block < columns; block += BLOCK) {
      int end = Math.min(columns, block + BLOCK);
      int i = 0;
      for (; i + 8 <= rows; i += 8) {
        int a = x0 + i * ldx;
        int b = a + ldx;
        int c = b + ldx;
        int d = c + ldx;
        int e = d + ldx;
        int f = e + ldx;
        int g = f + ldx;
        int h = g + ldx;
        for (int j = block; j < end; j++) {
          int to = y0 + j * ldy + i;
          y[to] = x[a + j];
          y[to + 1] = x[b + j];
          y[to + 2] = x[c + j];
          y[to + 3] = x[d + j];
          y[to + 4] = x[e + j];
          y[to + 5] = x[f + j];
          y[to + 6] = x[g + j];
          y[to + 7] = x[h + j];
        }
      }
      for (; i < rows; i++) {
        int a = x0 + i * ldx;
        for (int j = block; j < end; j++) {
          y[y0 + j * ldy + i] = x[a + j];
        }
      }
    }
  }
}
