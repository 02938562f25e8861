package io.nextscale.tornado;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Reduction;
import java.util.ArrayList;
import java.util.List;

/** Reductions, one axis after the other. */
final class ReductionDispatch {

  private ReductionDispatch() {}

  static void run(Reduction op, Call call) {
    switch (op) {
      case Reduction.Sum(int axis) -> sum(call, axis, 1);
      case Reduction.Mean(int axis) -> sum(call, axis, Math.max(1, call.shape(0).dim(axis)));
      case Reduction.Max(int axis) -> max(call, axis);
      case Reduction.SumTo(Shape to) -> sumTo(call, to);
    }
  }

  private static void sum(Call call, int axis, int divisor) {
    Shape x = call.shape(0);
    sum(call, call.at(0), call.result(), x, x.axis(axis), divisor);
  }

  private static void sum(Call call, int from, int to, Shape x, int axis, int divisor) {
    int n = x.dim(axis);
    int inner = x.size(axis + 1, x.rank());
    int columns = x.size(0, axis) * inner;
    if (n == 0) {
      call.runEach(Kernel.ZERO_FLOATS, columns, to, columns);
    } else if (inner == 1) {
      call.run(Kernel.SUM_ROWS, columns, from, to, n, divisor);
    } else {
      call.runEach(Kernel.SUM_COLUMNS, columns, from, to, n, columns, inner, divisor);
    }
  }

  private static void max(Call call, int negativeOrNot) {
    Shape x = call.shape(0);
    int axis = x.axis(negativeOrNot);
    int n = x.dim(axis);
    int inner = x.size(axis + 1, x.rank());
    int columns = x.size(0, axis) * inner;
    if (inner == 1) {
      call.run(Kernel.MAX_ROWS, columns, call.at(0), call.result(), n);
    } else {
      call.runEach(Kernel.MAX_COLUMNS, columns, call.at(0), call.result(), n, columns, inner);
    }
  }

  /** Folds the axes that a broadcast from {@code to} would stretch, the largest step last. */
  private static void sumTo(Call call, Shape to) {
    Shape shape = call.shape(0);
    int from = call.at(0);
    List<Integer> stretched = stretched(shape, to);
    if (stretched.isEmpty()) {
      sum(call, from, call.result(), shape.append(1), shape.rank(), 1);
    }
    for (int i = 0; i < stretched.size(); i++) {
      int axis = stretched.get(i);
      Shape folded = shape.with(axis, 1);
      int target = call.result();
      if (i < stretched.size() - 1) {
        target = call.scratch(folded.size()).at();
      }
      sum(call, from, target, shape, axis, 1);
      from = target;
      shape = folded;
    }
  }

  private static List<Integer> stretched(Shape from, Shape to) {
    List<Integer> axes = new ArrayList<>();
    int skipped = from.rank() - to.rank();
    for (int a = 0; a < from.rank(); a++) {
      if (from.dim(a) != 1 && (a < skipped || to.dim(a - skipped) == 1)) {
        axes.add(a);
      }
    }
    return axes;
  }
}
