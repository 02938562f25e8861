package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.ROWS;
import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RowKernelsTest {

  /** 1025 terms of magnitude at most 8, 33 of them in one lane: each adds 0.5 ulp of 128. */
  private static final Offset<Double> SUM = Offset.offset(33 * 8e-6);

  @Test
  void sumsAgreeWithDoubles() {
    for (int n : Samples.LENGTHS) {
      float[] x = Samples.values(n + 3, n);
      float[] y = Samples.values(n + 5, n + 1);
      double sum = 0;
      double dot = 0;
      double deviations = 0;
      double normalized = 0;
      double exponentials = 0;
      double largest = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < n; i++) {
        double v = x[3 + i];
        double w = y[5 + i];
        sum += v;
        dot += v * w;
        deviations += (v - 0.25) * (v - 0.25);
        normalized += (v - 0.25) * 0.5 * w;
        exponentials += Math.exp(v - 1);
        largest = Math.max(largest, v);
      }
      assertThat((double) ROWS.sum(x, 3, n)).isCloseTo(sum, SUM);
      assertThat((double) ROWS.dot(x, 3, y, 5, n)).isCloseTo(dot, SUM);
      assertThat((double) ROWS.squaredDeviations(x, 3, n, 0.25f)).isCloseTo(deviations, SUM);
      assertThat((double) ROWS.normalizedDot(x, 3, 0.25f, 0.5f, y, 5, n))
          .isCloseTo(normalized, SUM);
      assertThat((double) ROWS.expSum(x, 3, new float[n], 0, n, 1)).isCloseTo(exponentials, SUM);
      assertThat((double) ROWS.max(x, 3, n)).isEqualTo(largest);
      assertThat((double) ROWS.largest(x, 3, n)).isEqualTo(largest);
    }
  }

  @Test
  void maxIsNaNWhereARowHasOneAndLargestLeavesItOut() {
    for (int n : new int[] {1, 3, 16, 33, 100}) {
      for (int at = 0; at < n; at++) {
        float[] x = Samples.values(n, n);
        x[at] = Float.NaN;
        assertThat(ROWS.max(x, 0, n)).isNaN();
        assertThat(ROWS.largest(x, 0, n)).isNotNaN();
      }
    }
  }

  @Test
  void maxOfZerosIsPlusZeroAndOfNothingMinusInfinity() {
    for (int n : new int[] {2, 33, 64}) {
      float[] x = new float[n];
      java.util.Arrays.fill(x, -0f);
      x[n / 2] = 0f;
      assertThat(Float.floatToRawIntBits(ROWS.max(x, 0, n))).isZero();
      assertThat(Float.floatToRawIntBits(ROWS.largest(x, 0, n))).isZero();
    }
    assertThat(ROWS.max(new float[0], 0, 0)).isEqualTo(Float.NEGATIVE_INFINITY);
  }
}
