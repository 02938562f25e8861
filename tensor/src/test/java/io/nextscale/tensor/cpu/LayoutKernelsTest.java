package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.OpChecks.assertAgrees;
import static io.nextscale.tensor.cpu.OpChecks.operand;
import static io.nextscale.tensor.cpu.OpChecks.reference;
import static io.nextscale.tensor.cpu.OpChecks.run;
import static io.nextscale.tensor.cpu.OpChecks.values;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Layout;
import io.nextscale.tensor.op.Op;
import io.nextscale.tensor.spi.Operand;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutKernelsTest {

  private static final int[][] SHAPES = {
    {1},
    {7},
    {3, 5},
    {2, 3, 4},
    {2, 1, 5, 3},
    {40_000},
    {3, 20_000},
    {20_000, 3},
    {2, 65, 33},
    {2, 0, 3}
  };

  /** Copies are exact. */
  private static void check(Op op, Operand... in) {
    assertAgrees(op, 0, 0, in);
  }

  @Test
  void slicesAndPaddingAgreeWithTheirReferences() {
    for (int[] dims : SHAPES) {
      Operand x = values(1, dims);
      for (int axis = -dims.length; axis < dims.length; axis++) {
        int extent = x.shape().dim(axis);
        check(new Layout.Slice(axis, 0, extent), x);
        check(new Layout.Slice(axis, extent / 3, extent - extent / 4), x);
        check(new Layout.Slice(axis, extent, extent), x);
        check(new Layout.Pad(axis, 0, 1), x);
        check(new Layout.Pad(axis, 2, 3), x);
        check(new Layout.Pad(axis, 0, 0), x);
      }
    }
  }

  @Test
  void concatenationAgreesWithItsReference() {
    for (int[] dims : SHAPES) {
      for (int axis = 0; axis < dims.length; axis++) {
        Operand x = values(1, dims);
        Operand y = values(2, x.shape().with(axis, 2).dims());
        check(new Layout.Concat(axis), x, y, x);
        check(new Layout.Concat(axis), y);
      }
    }
  }

  @Test
  void everyPermutationAgreesWithItsReference() {
    int[][] shapes = {{2, 3, 4, 5}, {4, 1, 3, 2}, {1, 1, 6, 1}, {33, 2, 17, 3}, {2, 3, 0, 4}};
    for (int[] dims : shapes) {
      Operand x = values(3, dims);
      for (int code = 0; code < 256; code++) {
        List<Integer> axes = List.of(code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6 & 3);
        if (axes.stream().distinct().count() == 4) {
          check(new Layout.Permute(axes), x);
        }
      }
    }
    check(Layout.Permute.of(1, 0), values(4, 300, 200));
    check(Layout.Permute.of(0, 2, 1), values(4, 2, 3, 30_000));
    check(Layout.Permute.of(0, 2, 1), values(4, 2, 30_000, 3));
    check(Layout.Permute.of(0, 2, 1, 3), values(4, 2, 70, 4, 64));
    check(Layout.Permute.of(0), values(4, 5));
    check(Layout.Permute.of(), values(4));
  }

  @Test
  void repetitionAgreesWithItsReference() {
    int[][][] cases = {
      {{}, {}},
      {{}, {5}},
      {{1}, {40_000}},
      {{3}, {4, 3}},
      {{3, 1}, {3, 7}},
      {{1, 3, 1}, {2, 3, 5}},
      {{2, 1, 3, 1}, {2, 4, 3, 5}},
      {{1, 1, 3}, {6, 2, 3}},
      {{2, 3}, {2, 3}},
      {{1, 3}, {0, 3}},
      {{2, 1, 20_000}, {2, 3, 20_000}},
    };
    for (int[][] c : cases) {
      check(new Layout.BroadcastTo(Shape.of(c[1])), values(5, c[0]));
    }
  }

  @Test
  void indicesAreMovedToo() {
    Operand x = operand(new int[] {1, 2, 3, 4, 5, 6}, 2, 3);
    for (Op op :
        List.of(new Layout.Slice(1, 1, 3), Layout.Permute.of(1, 0), new Layout.Concat(0))) {
      assertThat(run(op, x).ints()).isEqualTo(reference(op, x).ints());
    }
  }
}
