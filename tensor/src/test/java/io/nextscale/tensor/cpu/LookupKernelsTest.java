package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.OpChecks.assertAgrees;
import static io.nextscale.tensor.cpu.OpChecks.operand;
import static io.nextscale.tensor.cpu.OpChecks.reference;
import static io.nextscale.tensor.cpu.OpChecks.run;
import static io.nextscale.tensor.cpu.OpChecks.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Lookup;
import io.nextscale.tensor.op.Lookup.Metric;
import io.nextscale.tensor.spi.Operand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LookupKernelsTest {

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "F16", "I8"})
  void rowsOfAnyTypeAreThoseOfTheReference(DType type) {
    for (int n : Samples.LENGTHS) {
      Operand table = new Operand(Samples.weight(type, 9, 9 * n, n), Shape.of(9, n));
      Operand index = operand(Samples.indices(20, 9, n), 4, 5);
      assertAgrees(new Lookup.Rows(), 0, 0, table, index);
    }
  }

  @Test
  void gradientOfRowsAddsUpRepeatedIndices() {
    for (int n : Samples.LENGTHS) {
      Operand index = operand(Samples.indices(50, 7, n), 50);
      // Some ten terms of order 1 are added.
      assertAgrees(new Lookup.RowsGrad(8), 1e-5, 0, index, values(n, 50, n));
    }
  }

  @Test
  void anIndexOutOfRangeIsNamed() {
    Operand table = values(1, 3, 4);
    assertThatThrownBy(() -> run(new Lookup.Rows(), table, operand(new int[] {0, 3}, 2)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("rows: indices in 0 .. 2; got 3 at position 1");
    assertThatThrownBy(
            () -> run(new Lookup.RowsGrad(3), operand(new int[] {-1}, 1), values(1, 1, 4)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("got -1 at position 0");
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void nearestCodesAreExactlyThoseOfTheReference(Metric metric) {
    int[][] cases = {
      {1, 1, 1}, {3, 20, 6}, {700, 64, 16}, {40, 1000, 32}, {5, 4096, 64}, {17, 33, 5}
    };
    for (int[] c : cases) {
      Operand z = values(c[0], c[0], c[2]);
      Operand codebook = values(c[1], c[1], c[2]);
      Lookup.NearestCode op = new Lookup.NearestCode(metric);
      assertThat(run(op, z, codebook).ints()).isEqualTo(reference(op, z, codebook).ints());
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void ofEquallyNearCodesTheFirstIsTaken(Metric metric) {
    float[] codes = {1, 0, 0, 1, 0, 1, 1, 0};
    float[] z = {0, 2, 3, 0, 1, 1};
    Operand nearest = run(new Lookup.NearestCode(metric), operand(z, 3, 2), operand(codes, 4, 2));
    assertThat(nearest.ints()).containsExactly(1, 0, 0);
  }

  @Test
  void argMaxIsThatOfTheReference() {
    for (int n : Samples.LENGTHS) {
      for (int seed = 0; seed < 10; seed++) {
        Operand x = operand(Samples.withSpecialValues(3 * n, seed), 3, n);
        assertThat(run(new Lookup.ArgMax(), x).ints())
            .isEqualTo(reference(new Lookup.ArgMax(), x).ints());
      }
    }
    float nan = Float.NaN;
    float inf = Float.POSITIVE_INFINITY;
    Operand x = operand(new float[] {nan, nan, nan, 1, 2, 2, -inf, -inf, nan}, 3, 3);
    assertThat(run(new Lookup.ArgMax(), x).ints()).containsExactly(0, 1, 0);
  }
}
