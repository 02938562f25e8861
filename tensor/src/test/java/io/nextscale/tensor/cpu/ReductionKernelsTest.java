package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.OpChecks.assertAgrees;
import static io.nextscale.tensor.cpu.OpChecks.operand;
import static io.nextscale.tensor.cpu.OpChecks.run;
import static io.nextscale.tensor.cpu.OpChecks.values;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Reduction;
import io.nextscale.tensor.spi.Operand;
import org.junit.jupiter.api.Test;

class ReductionKernelsTest {

  /** 1500 terms below 2, in sums of at most 512 of them: each adds 0.5 ulp of 64. */
  private static final double SUM = 512 * 4e-6;

  @Test
  void everyAxisAgreesWithTheReference() {
    int[][] shapes = {
      {1}, {5}, {3, 4}, {2, 33, 5}, {4, 1, 17}, {3, 1025, 2}, {1500, 70}, {2, 3, 0}
    };
    for (int[] dims : shapes) {
      Operand x = values(7, dims);
      for (int axis = 0; axis < dims.length; axis++) {
        assertAgrees(new Reduction.Sum(axis), SUM, 0, x);
        if (dims[axis] > 0) {
          assertAgrees(new Reduction.Mean(axis), SUM / dims[axis], 0, x);
          assertAgrees(new Reduction.Max(axis), 0, 0, x);
        }
      }
    }
  }

  @Test
  void sumsOverStretchedAxesAgreeWithTheReference() {
    Operand x = values(3, 2, 3, 40, 5);
    int[][] targets = {
      {},
      {1},
      {5},
      {40, 1},
      {1, 5},
      {3, 1, 5},
      {2, 1, 40, 1},
      {1, 3, 1, 5},
      {2, 3, 40, 5},
      {3, 40, 5}
    };
    for (int[] to : targets) {
      assertAgrees(new Reduction.SumTo(Shape.of(to)), SUM, 0, x);
    }
    assertAgrees(new Reduction.SumTo(Shape.of(70)), SUM, 0, values(4, 1500, 70));
    assertAgrees(new Reduction.SumTo(Shape.of()), 2 * SUM, 0, values(4, 1500, 3));
    assertAgrees(new Reduction.SumTo(Shape.of(4)), SUM, 0, values(4, 0, 4));
  }

  @Test
  void maxIsNaNWhereThereIsOne() {
    float[] x = Samples.values(12, 1);
    x[5] = Float.NaN;
    assertThat(run(new Reduction.Max(1), operand(x, 3, 4)).floats()[1]).isNaN();
    assertThat(run(new Reduction.Max(0), operand(x, 3, 4)).floats()[1]).isNaN();
    assertThat(run(new Reduction.Max(0), operand(x, 3, 4)).floats()[2]).isNotNaN();
  }
}
