package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.ROWS;
import static io.nextscale.tensor.cpu.Samples.assertSameBits;
import static io.nextscale.tensor.cpu.Samples.assertSameBitsForAnyThreadCount;

import org.junit.jupiter.api.Test;

class ReductionKernelsBitsTest {

  /** A kernel under test: (outer, n, inner) to (outer, inner). */
  private interface AxisKernel {
    void apply(RowKernels k, float[] x, int outer, int n, int inner, float[] y);
  }

  private static final AxisKernel[] KERNELS = {
    AxisReduction::sum, AxisReduction::mean, AxisReduction::max
  };

  @Test
  void vectorsHaveTheBitsOfTheScalarForm() {
    for (AxisKernel kernel : KERNELS) {
      for (int n : Samples.LENGTHS) {
        for (int inner : new int[] {1, 5, 33, 100}) {
          float[] x = Samples.values(2 * n * inner, n);
          float[] actual = new float[2 * inner];
          float[] expected = new float[2 * inner];
          kernel.apply(ROWS, x, 2, n, inner, actual);
          kernel.apply(new ScalarRowKernels(), x, 2, n, inner, expected);
          assertSameBits(actual, expected, "(2, " + n + ", " + inner + ")");
        }
      }
    }
  }

  @Test
  void anyThreadCountGivesTheSameBits() {
    float[] x = Samples.values(2 * 1100 * 200, 1);
    int[][] shapes = {{2200, 200, 1}, {2, 1100, 200}, {1, 2200, 200}, {110, 200, 20}};
    for (AxisKernel kernel : KERNELS) {
      for (int[] s : shapes) {
        assertSameBitsForAnyThreadCount(
            () -> {
              float[] y = new float[s[0] * s[2]];
              kernel.apply(ROWS, x, s[0], s[1], s[2], y);
              return y;
            },
            "reduction");
      }
    }
    assertSameBitsForAnyThreadCount(
        () -> {
          float[] y = new float[200];
          AxisReduction.sumTo(ROWS, x, new int[] {2, 1100, 200}, new int[] {200}, y);
          return y;
        },
        "sumTo");
  }
}
