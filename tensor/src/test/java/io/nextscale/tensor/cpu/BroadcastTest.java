package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.OpChecks.assertAgrees;
import static io.nextscale.tensor.cpu.OpChecks.values;

import io.nextscale.tensor.op.Elementwise;
import io.nextscale.tensor.op.Op;
import org.junit.jupiter.api.Test;

class BroadcastTest {

  private static final Op[] OPERATIONS = {
    new Elementwise.Plus(),
    new Elementwise.Minus(),
    new Elementwise.Times(),
    new Elementwise.Divide(),
    new Elementwise.Maximum(),
    new Elementwise.Minimum(),
    new Elementwise.AtLeast()
  };

  private static final int[][][] SHAPES = {
    {{}, {}},
    {{7}, {}},
    {{}, {7}},
    {{5, 33}, {5, 33}},
    {{5, 33}, {33}},
    {{33}, {5, 33}},
    {{5, 33}, {5, 1}},
    {{5, 1}, {1, 33}},
    {{2, 7, 33}, {2, 1, 33}},
    {{2, 1, 33}, {2, 7, 33}},
    {{2, 7, 33}, {7, 1}},
    {{2, 3, 4, 5}, {3, 1, 5}},
    {{2, 1, 4, 1}, {3, 1, 5}},
    {{4, 1, 2, 1, 3}, {1, 5, 1, 6, 1}},
    {{3, 0, 2}, {1, 1, 2}},
    {{40_000}, {1}},
    {{3, 20_000}, {20_000}},
    {{20_000, 3}, {3}},
    {{20_000, 3}, {20_000, 1}},
  };

  @Test
  void everyRepetitionAgreesWithTheReference() {
    for (Op op : OPERATIONS) {
      for (int[][] s : SHAPES) {
        // One operation on floats, rounded once: equal.
        assertAgrees(op, 0, 0, values(1, s[0]), values(2, s[1]));
      }
    }
  }
}
