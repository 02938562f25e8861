package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.OpChecks.operand;
import static io.nextscale.tensor.cpu.OpChecks.reference;
import static io.nextscale.tensor.cpu.OpChecks.run;
import static io.nextscale.tensor.cpu.OpChecks.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.op.Sampling;
import io.nextscale.tensor.spi.Operand;
import org.junit.jupiter.api.Test;

class SamplingKernelsTest {

  private static final float INF = Float.POSITIVE_INFINITY;

  @Test
  void whatIsKeptIsWhatTheReferenceKeeps() {
    for (int n : Samples.LENGTHS) {
      for (int k : new int[] {0, 1, 2, 7, 900, n - 1, n}) {
        for (float p : new float[] {0, 1e-6f, 0.3f, 0.96f, 1}) {
          check(k, p, values(n + k, 3, n));
        }
      }
    }
  }

  @Test
  void equalLogitsAreTreatedAsByTheReference() {
    for (int n : new int[] {1, 5, 33, 100, 1025}) {
      float[] x = Samples.values(3 * n, n);
      for (int i = 0; i < x.length; i++) {
        x[i] = Math.round(2 * x[i]) / 2f; // nine values, zeros of both signs
      }
      for (int k : new int[] {0, 1, 2, n / 2, n}) {
        for (float p : new float[] {0, 0.11f, 0.55f, 0.93f}) {
          check(k, p, operand(x, 3, n));
        }
      }
    }
  }

  @Test
  void logitsOfAllMagnitudesAreOrdered() {
    float[] x = {-INF, -3e38f, -1e10f, -1, -1e-20f, -Float.MIN_VALUE, 0, 1e-30f, 1e-3f, 2, 80, 81};
    for (int k = 0; k <= x.length; k++) {
      check(k, 0, operand(x, x.length));
      check(k, 0.5f, operand(x, x.length));
      check(k, 0.9f, operand(x, x.length));
    }
  }

  private static void check(int k, float p, Operand x) {
    Sampling.TopKTopP op = new Sampling.TopKTopP(k, p);
    Samples.assertSameBits(run(op, x).floats(), reference(op, x).floats(), op + " of " + x.shape());
  }

  @Test
  void theLargestLogitAlwaysStays() {
    float[] x = {1, 3, 3, 2};
    assertThat(run(new Sampling.TopKTopP(0, 1e-7f), operand(x, 4)).floats())
        .containsExactly(-INF, -INF, 3, -INF);
  }

  @Test
  void rowsThatCannotBeDrawnFromDoNotDisturbTheFilter() {
    float nan = Float.NaN;
    float[][] rows = {{nan, 1, 2}, {INF, 1, 2}, {-INF, -INF, -INF}, {nan, nan, nan}};
    for (float[] row : rows) {
      for (int k = 0; k <= 3; k++) {
        check(k, 0.5f, operand(row, 3));
      }
    }
  }

  @Test
  void drawsAreThoseOfTheReference() {
    for (int n : Samples.LENGTHS) {
      Operand x = values(n, 20, n);
      float[] q = Samples.values(20 * n, ~n);
      for (int i = 0; i < q.length; i++) {
        q[i] = -(float) Math.log1p(-(q[i] + 2) / 4); // exponential from uniform
      }
      Operand exponentials = operand(q, 20, n);
      assertThat(run(new Sampling.Draw(), x, exponentials).ints())
          .isEqualTo(reference(new Sampling.Draw(), x, exponentials).ints());
    }
  }

  @Test
  void removedLogitsAreNeverDrawnAndTiesGoToTheFirst() {
    Operand x = operand(new float[] {-INF, 0, 0, -INF}, 4);
    Operand q = operand(new float[] {0, 1, 1, 0}, 4);
    assertThat(run(new Sampling.Draw(), x, q).ints()).containsExactly(1);
  }

  @Test
  void theFirstRowWithoutASoftmaxIsNamed() {
    float[] x = {0, 1, Float.NaN, 0, -INF, -INF};
    assertThatThrownBy(() -> run(new Sampling.Draw(), operand(x, 3, 2), values(1, 3, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got NaN in row 1");
  }
}
