package io.nextscale.tornado;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Reduction;
import io.nextscale.tornado.kernels.ReductionKernels;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/** Reductions, one axis after the other. */
final class ReductionDispatch {

  private ReductionDispatch() {}

  static void run(Reduction op, Call call) {
    switch (op) {
      case Reduction.Sum(int axis) -> fold(call, ReductionKernels.SUM, axis);
      case Reduction.Mean(int axis) -> fold(call, ReductionKernels.MEAN, axis);
      case Reduction.Max(int axis) -> fold(call, ReductionKernels.MAX, axis);
      case Reduction.SumTo(Shape to) -> sumTo(call, to);
    }
  }

  private static void fold(Call call, int kind, int axis) {
    Shape x = call.shape(0);
    fold(call, kind, call.at(0), call.result(), x, x.axis(axis));
  }

  private static void fold(Call call, int kind, int from, int to, Shape x, int axis) {
    int n = x.dim(axis);
    int inner = x.size(axis + 1, x.rank());
    int columns = x.size(0, axis) * inner;
    if (n == 0) {
      call.runEach(Kernel.ZERO_FLOATS, columns, to, columns);
    } else if (inner == 1) {
      call.run(Kernel.FOLD_ROWS, columns, kind, from, to, n);
    } else {
      call.runEach(Kernel.FOLD_COLUMNS, columns, kind, from, to, n, columns, inner);
    }
  }

  /** Folds the axes that a broadcast from {@code to} would stretch, the largest step last. */
  private static void sumTo(Call call, Shape to) {
    Shape shape = call.shape(0);
    int from = call.at(0);
    List<DeviceBuffer> between = new ArrayList<>();
    List<Integer> stretched = stretched(shape, to);
    if (stretched.isEmpty()) {
      fold(call, ReductionKernels.SUM, from, call.result(), shape.append(1), shape.rank());
    }
    for (int i = 0; i < stretched.size(); i++) {
      int axis = stretched.get(i);
      Shape folded = shape.with(axis, 1);
      int target = call.result();
      if (i < stretched.size() - 1) {
        between.add(call.scratch(folded.size()));
        target = between.getLast().at();
      }
      fold(call, ReductionKernels.SUM, from, target, shape, axis);
      from = target;
      shape = folded;
    }
    Reference.reachabilityFence(between);
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
