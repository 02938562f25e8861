package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.OpChecks.assertAgrees;
import static io.nextscale.tensor.cpu.OpChecks.operand;
import static io.nextscale.tensor.cpu.OpChecks.run;
import static io.nextscale.tensor.cpu.OpChecks.values;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.op.Normalization;
import io.nextscale.tensor.spi.Operand;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalizationKernelsTest {

  private static final float EPS = 1e-6f;

  /** A dozen roundings of results of order 1. */
  private static final double SOME_ROUNDINGS = 12 * 0x1p-24;

  /** Derivatives of values up to 4, divided by deviations from 1/3 up. */
  private static final double GRADIENT = 1e-5;

  @Test
  void rowOperationsAgreeWithTheirReferences() {
    for (int n : Samples.LENGTHS) {
      Operand x = values(n, 3, n);
      Operand dy = values(~n, 3, n);
      assertAgrees(new Normalization.Softmax(), 0, SOME_ROUNDINGS, x);
      Operand y = run(new Normalization.Softmax(), x);
      assertAgrees(new Normalization.SoftmaxGrad(), SOME_ROUNDINGS, SOME_ROUNDINGS, y, dy);
      assertAgrees(new Normalization.LogSoftmax(), SOME_ROUNDINGS, SOME_ROUNDINGS, x);
      assertAgrees(new Normalization.L2Normalize(EPS), 0, SOME_ROUNDINGS, x);
      assertAgrees(new Normalization.L2NormalizeGrad(EPS), GRADIENT, SOME_ROUNDINGS, x, dy);
      if (n >= 3) { // else the deviation may be tiny, and the derivative large
        assertAgrees(new Normalization.LayerNorm(EPS), GRADIENT, SOME_ROUNDINGS, x);
        assertAgrees(new Normalization.LayerNormGrad(EPS), GRADIENT, GRADIENT, x, dy);
      }
    }
  }

  @Test
  void modulationAgreesWithItsReference() {
    for (int n : Samples.LENGTHS) {
      if (n >= 3) {
        assertAgrees(
            new Normalization.ModulatedLayerNorm(EPS),
            GRADIENT,
            SOME_ROUNDINGS,
            values(n, 2, 5, n),
            values(n + 1, 2, 1, n),
            values(n + 2, 2, 1, n));
      }
    }
  }

  @ParameterizedTest(name = "{0} x {1} x {2} in {3} groups")
  @CsvSource({"1,1,4,2", "2,7,6,3", "1,127,32,32", "2,128,64,32", "3,129,5,1", "1,1000,160,32"})
  void groupNormAgreesWithItsReference(int batch, int positions, int channels, int groups) {
    Operand[] in = {
      values(1, batch, positions, channels), values(2, channels), values(3, channels)
    };
    Operand[] withDy = Arrays.copyOf(in, 4);
    withDy[3] = values(4, batch, positions, channels);
    // Rows of two elements may have a small deviation, which enlarges errors of the gradient.
    double small = positions * (channels / groups) < 4 ? 10 * GRADIENT : GRADIENT;
    // Sums over all positions grow with them.
    double sums = GRADIENT * Math.max(1, batch * positions / 16);
    for (boolean silu : new boolean[] {false, true}) {
      assertAgrees(new Normalization.GroupNorm(groups, EPS, silu), small, SOME_ROUNDINGS, in);
      assertAgrees(new Normalization.GroupNormGrad(groups, EPS, silu), small, small, withDy);
      assertAgrees(new Normalization.GroupNormAffineGrad(groups, EPS, silu), sums, small, withDy);
    }
  }

  @Test
  void groupNormKeepsItsPrecisionOnAFullSizeMapWithALargeMean() {
    int positions = 256 * 256;
    int channels = 160;
    float[] x = new float[positions * channels];
    for (int i = 0; i < x.length; i++) {
      x[i] = 100 + (i * 7919L % 1009) / 1009f; // uniform in [100, 101): deviation 1/sqrt(12)
    }
    float[] weight = new float[channels];
    Arrays.fill(weight, 1f);
    Operand bias = operand(new float[channels], channels);
    Operand y =
        run(
            new Normalization.GroupNorm(32, EPS, false),
            operand(x, 1, positions, channels),
            operand(weight, channels),
            bias);
    double worst = 0;
    for (int group = 0; group < 32; group++) {
      double mean = 0;
      double square = 0;
      for (int p = 0; p < positions; p++) {
        for (int c = group * 5; c < group * 5 + 5; c++) {
          double v = y.floats()[p * channels + c];
          mean += v;
          square += v * v;
        }
      }
      int n = positions * 5;
      worst = Math.max(worst, Math.abs(mean / n));
      worst = Math.max(worst, Math.abs(square / n - 1));
    }
    // An ulp of 100 is 7.6e-6, times the factor sqrt(12): the shift is rounded to that.
    assertThat(worst).isLessThan(3e-5);
  }

  @Test
  void softmaxGivesMinusInfinityNoProbability() {
    float inf = Float.POSITIVE_INFINITY;
    Operand x = operand(new float[] {-inf, 0, -inf, 0, -inf, -inf, -inf, -inf}, 2, 4);
    float[] y = run(new Normalization.Softmax(), x).floats();
    assertThat(y).startsWith(0, 0.5f, 0, 0.5f).endsWith(Float.NaN, Float.NaN);
  }

  @Test
  void unitLengthOfZeroAndTinyRowsIsLimitedByEps() {
    float[] x = new float[40];
    x[20] = 1e-14f;
    Operand rows = operand(x, 2, 20);
    float[] y = run(new Normalization.L2Normalize(1e-12f), rows).floats();
    assertThat(y).containsOnly(0f, 1e-14f / 1e-12f);
    Operand dy = values(1, 2, 20);
    float[] dx = run(new Normalization.L2NormalizeGrad(1e-12f), rows, dy).floats();
    assertThat(dx[3]).isEqualTo(dy.floats()[3] / 1e-12f);
  }
}
