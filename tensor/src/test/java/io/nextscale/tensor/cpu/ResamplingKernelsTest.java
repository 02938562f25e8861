package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.OpChecks.assertAgrees;
import static io.nextscale.tensor.cpu.OpChecks.values;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.op.Resampling;
import io.nextscale.tensor.op.Resampling.Mode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResamplingKernelsTest {

  /**
   * Values below 2 by weights that are off by a rounding of a number below 8 each (the steps of the
   * cubic): four of these on each axis.
   */
  private static final double WEIGHTED = 2 * 8 * 0x1p-22;

  /** Four weights of a cubic, each with three roundings of numbers between 4 and 8. */
  private static final double WEIGHTS = 4 * 3 * 0x1p-22;

  private static final int[][] SIZES = {
    {1, 1, 1, 1},
    {1, 1, 16, 16},
    {2, 2, 16, 16},
    {16, 16, 5, 5},
    {16, 16, 16, 16},
    {3, 5, 7, 4},
    {5, 3, 5, 9},
    {5, 3, 9, 3},
    {13, 13, 16, 16},
    {16, 9, 1, 1},
    {4, 4, 8, 8},
  };

  @ParameterizedTest
  @EnumSource(Mode.class)
  void resizingAgreesWithItsReference(Mode mode) {
    for (int[] s : SIZES) {
      for (int channels : new int[] {1, 3, 32}) {
        assertAgrees(
            new Resampling.Resize(mode, s[2], s[3]),
            WEIGHTED,
            0,
            values(1, 2, s[0], s[1], channels));
        // A cell's gradient adds up as many cells of dy as the ratio of the areas.
        double ratio = Math.max(1, (double) s[2] * s[3] / (s[0] * s[1]));
        assertAgrees(
            new Resampling.ResizeGrad(mode, s[0], s[1]),
            WEIGHTED * ratio,
            0,
            values(2, 2, s[2], s[3], channels));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void weightsOfEveryOutputAddUpToOne(Mode mode) {
    for (int n = 1; n <= 33; n++) {
      for (int m = 1; m <= 33; m++) {
        ResampleTable table = ResampleTable.of(mode, n, m);
        for (int i = 0; i < m; i++) {
          double sum = 0;
          for (int t = table.start()[i]; t < table.start()[i + 1]; t++) {
            assertThat(table.source()[t]).isBetween(0, n - 1);
            sum += table.weight()[t];
          }
          assertThat(Math.abs(sum - 1)).as("%d to %d, output %d", n, m, i).isLessThan(WEIGHTS);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void theTransposeOfTheTransposeIsTheTable(Mode mode) {
    for (int[] s : SIZES) {
      ResampleTable table = ResampleTable.of(mode, s[0], s[2]);
      float[][] dense = dense(table);
      float[][] transposed = dense(table.transposed());
      for (int i = 0; i < s[2]; i++) {
        for (int k = 0; k < s[0]; k++) {
          assertThat(transposed[k][i]).isEqualTo(dense[i][k]);
        }
      }
    }
  }

  private static float[][] dense(ResampleTable table) {
    float[][] dense = new float[table.outputs()][table.inputs()];
    for (int i = 0; i < table.outputs(); i++) {
      for (int t = table.start()[i]; t < table.start()[i + 1]; t++) {
        dense[i][table.source()[t]] += table.weight()[t];
      }
    }
    return dense;
  }
}
