package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.ROWS;
import static io.nextscale.tensor.cpu.Samples.LENGTHS;
import static io.nextscale.tensor.cpu.Samples.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RowKernelsBitsTest {

  /** A sum under test, on a row of n elements that starts at o. */
  private interface Sum {
    float of(RowKernels k, float[] x, int o, int n, float[] y);
  }

  /** A map under test; writes z[2 .. 2+n). */
  private interface RowMap {
    void apply(RowKernels k, float[] x, int o, int n, float[] y, float[] z);
  }

  private static final RowKernels SCALAR = new ScalarRowKernels();

  private static Map<String, Sum> sums() {
    Map<String, Sum> sums = new LinkedHashMap<>();
    sums.put("sum", (k, x, o, n, y) -> k.sum(x, o, n));
    sums.put("dot", (k, x, o, n, y) -> k.dot(x, o, y, 1, n));
    sums.put("squaredDeviations", (k, x, o, n, y) -> k.squaredDeviations(x, o, n, 0.3f));
    sums.put("normalizedDot", (k, x, o, n, y) -> k.normalizedDot(x, o, 0.3f, 1.7f, y, 1, n));
    sums.put("max", (k, x, o, n, y) -> k.max(x, o, n));
    sums.put("largest", (k, x, o, n, y) -> k.largest(x, o, n));
    sums.put("expSum", (k, x, o, n, y) -> k.expSum(x, o, new float[n], 0, n, 1.5f));
    return sums;
  }

  private static Map<String, RowMap> maps() {
    Map<String, RowMap> maps = new LinkedHashMap<>();
    maps.put("expSum", (k, x, o, n, y, z) -> k.expSum(x, o, z, 2, n, 1.5f));
    maps.put("scale", (k, x, o, n, y, z) -> k.scale(x, o, z, 2, n, 0.7f));
    maps.put("divide", (k, x, o, n, y, z) -> k.divide(x, o, z, 2, n, 0.7f));
    maps.put("addScaled", (k, x, o, n, y, z) -> k.addScaled(x, o, z, 2, n, 0.7f));
    maps.put("addProduct", (k, x, o, n, y, z) -> k.addProduct(x, o, y, 1, z, 2, n));
    maps.put("maximum", (k, x, o, n, y, z) -> k.maximum(x, o, z, 2, n));
    maps.put("normalize", (k, x, o, n, y, z) -> k.normalize(x, o, z, 2, n, 0.3f, 1.7f));
    maps.put(
        "normalizeAffine",
        (k, x, o, n, y, z) -> k.normalizeAffine(x, o, z, 2, n, 0.3f, 1.7f, y, 0, y, 1));
    maps.put("affine", (k, x, o, n, y, z) -> k.affine(x, o, z, 2, n, y, 0, y, 1));
    maps.put("affineSilu", (k, x, o, n, y, z) -> k.affineSilu(x, o, z, 2, n, y, 0, y, 1));
    maps.put(
        "affineSiluGrad", (k, x, o, n, y, z) -> k.affineSiluGrad(x, o, y, 1, z, 2, n, y, 0, y, 1));
    maps.put(
        "combine", (k, x, o, n, y, z) -> k.combine(x, o, 0.7f, y, 1, 0.3f, 1.7f, -0.2f, z, 2, n));
    maps.put("timesShifted", (k, x, o, n, y, z) -> k.timesShifted(x, o, y, 1, 0.3f, z, 2, n));
    maps.put("columnSums", (k, x, o, n, y, z) -> k.columnSums(x, o, n, 1, n, z, 2));
    return maps;
  }

  @Test
  void sumsHaveTheBitsOfTheScalarForm() {
    sums()
        .forEach((name, sum) -> {
          for (int n : LENGTHS) {
            for (int o = 0; o < 4; o++) {
              float[] x = Samples.values(n + 4, n);
              float[] y = Samples.values(n + 1, ~n);
              assertSameBits(
                  new float[] {sum.of(ROWS, x, o, n, y)},
                  new float[] {sum.of(SCALAR, x, o, n, y)},
                  name + " of " + n);
            }
          }
        });
  }

  @Test
  void sumsOfSpecialValuesHaveTheBitsOfTheScalarForm() {
    sums()
        .forEach((name, sum) -> {
          for (int n : LENGTHS) {
            for (int seed = 0; seed < 8; seed++) {
              float[] x = Samples.withSpecialValues(n, seed);
              float[] y = Samples.withSpecialValues(n + 1, -seed);
              assertSameBits(
                  new float[] {sum.of(ROWS, x, 0, n, y)},
                  new float[] {sum.of(SCALAR, x, 0, n, y)},
                  name + " of " + n);
            }
          }
        });
  }

  @Test
  void mapsHaveTheBitsOfTheScalarForm() {
    maps()
        .forEach((name, map) -> {
          for (int n : LENGTHS) {
            for (int o = 0; o < 4; o++) {
              float[] x = Samples.withSpecialValues(n + 4, n + o);
              float[] y = Samples.withSpecialValues(n + 1, ~n);
              float[] actual = Samples.values(n + 4, 7);
              float[] expected = actual.clone();
              map.apply(ROWS, x, o, n, y, actual);
              map.apply(SCALAR, x, o, n, y, expected);
              assertSameBits(actual, expected, name + " of " + n);
            }
          }
        });
  }

  @Test
  void columnsHaveTheBitsOfTheScalarForm() {
    for (int n : new int[] {1, 3, 5, 16, 17, 31, 64, 65, 100, 160}) {
      int rows = 37;
      int stride = n + 2;
      float[] x = Samples.values(rows * stride + 3, n);
      float[] mean = Samples.values(n + 1, 5);
      float[] actual = new float[n + 2];
      float[] expected = new float[n + 2];
      ROWS.columnSums(x, 3, stride, rows, n, actual, 1);
      SCALAR.columnSums(x, 3, stride, rows, n, expected, 1);
      assertSameBits(actual, expected, "columnSums of " + n);
      ROWS.columnSquaredDeviations(x, 3, stride, rows, n, mean, 1, actual, 1);
      SCALAR.columnSquaredDeviations(x, 3, stride, rows, n, mean, 1, expected, 1);
      assertSameBits(actual, expected, "columnSquaredDeviations of " + n);
    }
  }

  @Test
  void sumRunsInThirtyTwoLanesFoldedInHalves() {
    // 2^25 + 1 rounds to 2^25, so the order of additions shows: lanes 0 and 16 meet first.
    float[] x = new float[32];
    x[0] = 1 << 25;
    x[16] = -(1 << 25);
    x[1] = 1;
    assertThat(ROWS.sum(x, 0, 32)).isEqualTo(1f);
    x[16] = 1;
    x[1] = -(1 << 25);
    assertThat(ROWS.sum(x, 0, 32)).isEqualTo(0f);
  }
}
