package io.nextscale.verifiers.shapes;

/**
 * The cosine transform of blocks of 8 x 8, {@code F = T f Tᵀ} with {@code T_uv = √(2/8) c_u cos((2v
 * + 1) u π / 16)} and {@code c_0 = 1/√2}.
 */
final class Cosines {

  static final int BLOCK = 8;

  private static final double[][] T = new double[BLOCK][BLOCK];

  /** Tᵀ. */
  private static final double[][] TURNED = new double[BLOCK][BLOCK];

  static {
    for (int u = 0; u < BLOCK; u++) {
      double norm = Math.sqrt((u == 0 ? 1.0 : 2.0) / BLOCK);
      for (int v = 0; v < BLOCK; v++) {
        T[u][v] = norm * StrictMath.cos((2 * v + 1) * u * Math.PI / (2 * BLOCK));
        TURNED[v][u] = T[u][v];
      }
    }
  }

  private Cosines() {}

  /**
   * Rounds the coefficients of a block to multiples of {@code step (1 + u + v) / 8}, in place: the
   * finer the waves, the coarser.
   *
   * @param at the first value of the block
   * @param right from a value to that on its right
   * @param down from a value to that below it
   */
  static void round(float[] values, int at, int right, int down, double step) {
    double[][] f = new double[BLOCK][BLOCK];
    for (int y = 0; y < BLOCK; y++) {
      for (int x = 0; x < BLOCK; x++) {
        f[y][x] = values[at + y * down + x * right];
      }
    }
    double[][] waves = product(product(T, f, false), T, true);
    for (int u = 0; u < BLOCK; u++) {
      for (int v = 0; v < BLOCK; v++) {
        double grain = step * (1 + u + v) / BLOCK;
        waves[u][v] = grain * Math.rint(waves[u][v] / grain);
      }
    }
    double[][] block = product(product(TURNED, waves, false), T, false); // Tᵀ F T
    for (int y = 0; y < BLOCK; y++) {
      for (int x = 0; x < BLOCK; x++) {
        values[at + y * down + x * right] = (float) block[y][x];
      }
    }
  }

  private static double[][] product(double[][] a, double[][] b, boolean transposeB) {
    double[][] c = new double[BLOCK][BLOCK];
    for (int i = 0; i < BLOCK; i++) {
      for (int j = 0; j < BLOCK; j++) {
        for (int k = 0; k < BLOCK; k++) {
          c[i][j] += a[i][k] * (transposeB ? b[j][k] : b[k][j]);
        }
      }
    }
    return c;
  }
}
