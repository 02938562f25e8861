package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.ROWS;
import static io.nextscale.tensor.cpu.Samples.assertSameBits;
import static io.nextscale.tensor.cpu.Samples.assertSameBitsForAnyThreadCount;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NormalizationKernelsBitsTest {

  /** A kernel under test, on rows of n elements. */
  private interface RowOperation {
    void apply(RowKernels k, float[] x, float[] dy, int rows, int n, float[] y);
  }

  private static final float EPS = 1e-6f;

  private static Map<String, RowOperation> operations() {
    Map<String, RowOperation> map = new LinkedHashMap<>();
    map.put("softmax", (k, x, dy, rows, n, y) -> Softmax.softmax(k, x, rows, n, y));
    map.put("softmaxGrad", (k, x, dy, rows, n, y) -> Softmax.softmaxGrad(k, x, dy, rows, n, y));
    map.put("logSoftmax", (k, x, dy, rows, n, y) -> Softmax.logSoftmax(k, x, rows, n, y));
    map.put("layerNorm", (k, x, dy, rows, n, y) -> LayerNorm.normalize(k, x, rows, n, EPS, y));
    map.put(
        "layerNormGrad",
        (k, x, dy, rows, n, y) -> LayerNorm.normalizeGrad(k, x, dy, rows, n, EPS, y));
    map.put(
        "modulate",
        (k, x, dy, rows, n, y) -> {
          float[] scale = Arrays.copyOf(dy, n);
          float[] shift = Arrays.copyOfRange(dy, (rows - 1) * n, rows * n);
          LayerNorm.modulate(k, x, scale, shift, 1, rows, n, EPS, y);
        });
    map.put("l2", (k, x, dy, rows, n, y) -> L2Norm.normalize(k, x, rows, n, EPS, y));
    map.put("l2Grad", (k, x, dy, rows, n, y) -> L2Norm.normalizeGrad(k, x, dy, rows, n, EPS, y));
    for (boolean silu : new boolean[] {false, true}) {
      map.put(
          "groupNorm " + silu,
          (k, x, dy, rows, n, y) -> {
            float[] weight = Arrays.copyOf(dy, n);
            GroupNorm.forward(k, x, weight, weight, 1, rows, n, groups(n), EPS, silu, y);
          });
      map.put(
          "groupNormGrad " + silu,
          (k, x, dy, rows, n, y) -> {
            float[] w = Arrays.copyOf(dy, n);
            GroupNormGrad.backward(
                k, x, w, w, dy, 1, rows, n, groups(n), EPS, silu, y, new float[2 * n]);
          });
      map.put(
          "groupNormAffineGrad " + silu,
          (k, x, dy, rows, n, y) -> {
            float[] w = Arrays.copyOf(dy, n);
            float[] affine = new float[2 * n];
            GroupNormGrad.backward(k, x, w, w, dy, 1, rows, n, groups(n), EPS, silu, null, affine);
            System.arraycopy(affine, 0, y, 0, Math.min(2 * n, y.length));
          });
    }
    return map;
  }

  private static int groups(int n) {
    return n % 32 == 0 ? 32 : n % 5 == 0 ? n / 5 : 1;
  }

  @Test
  void vectorsHaveTheBitsOfTheScalarForm() {
    operations()
        .forEach((name, operation) -> {
          for (int n : Samples.LENGTHS) {
            float[] x = Samples.values(3 * n, n);
            float[] dy = Samples.values(3 * n, ~n);
            float[] actual = new float[3 * n];
            float[] expected = new float[3 * n];
            operation.apply(ROWS, x, dy, 3, n, actual);
            operation.apply(new ScalarRowKernels(), x, dy, 3, n, expected);
            assertSameBits(actual, expected, name + " of " + n);
          }
        });
  }

  @Test
  void anyThreadCountGivesTheSameBits() {
    int rows = 1500;
    int n = 65;
    float[] x = Samples.values(rows * n, 1);
    float[] dy = Samples.values(rows * n, 2);
    operations()
        .forEach((name, operation) ->
            assertSameBitsForAnyThreadCount(
                () -> {
                  float[] y = new float[rows * n];
                  operation.apply(ROWS, x, dy, rows, n, y);
                  return y;
                },
                name));
  }

  @Test
  void aRowHasTheSameBitsAloneAndAmongOthers() {
    int n = 100;
    float[] x = Samples.values(7 * n, 1);
    float[] dy = Samples.values(7 * n, 2);
    for (String name : new String[] {"softmax", "logSoftmax", "layerNormGrad", "l2Grad"}) {
      RowOperation operation = operations().get(name);
      float[] all = new float[7 * n];
      operation.apply(ROWS, x, dy, 7, n, all);
      for (int r = 0; r < 7; r++) {
        float[] one = new float[n];
        float[] dyRow = Arrays.copyOfRange(dy, r * n, (r + 1) * n);
        operation.apply(ROWS, Arrays.copyOfRange(x, r * n, (r + 1) * n), dyRow, 1, n, one);
        assertSameBits(one, Arrays.copyOfRange(all, r * n, (r + 1) * n), name + ", row " + r);
      }
    }
  }
}
