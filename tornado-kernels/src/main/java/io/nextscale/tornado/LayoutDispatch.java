package io.nextscale.tornado;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Layout;
import io.nextscale.tornado.kernels.Strides;

/** Operations that move elements: all are one kernel with other strides. */
final class LayoutDispatch {

  private LayoutDispatch() {}

  static void run(Layout op, Call call) {
    Shape x = call.in().length == 0 ? call.out().shape() : call.shape(0);
    Shape y = call.out().shape();
    Axes.requireFew(call, x);
    Axes.requireFew(call, y);
    switch (op) {
      case Layout.Reshape _, Layout.StopGradient _ ->
          move(call, 0, 0, 0, x, Axes.strides(x), Axes.strides(x));
      case Layout.Permute o -> move(call, 0, 0, 0, y, permuted(x, o), Axes.strides(y));
      case Layout.Slice(int axis, int from, int _) -> {
        int start = from * x.size(x.axis(axis) + 1, x.rank());
        move(call, 0, start, 0, y, Axes.strides(x), Axes.strides(y));
      }
      case Layout.Concat(int axis) -> concat(call, y.axis(axis));
      case Layout.Pad(int axis, int before, int _) -> {
        call.runEach(
            isFloats(call) ? Kernel.ZERO_FLOATS : Kernel.ZERO_WORDS,
            call.size(),
            call.result(),
            call.size());
        int start = before * y.size(y.axis(axis) + 1, y.rank());
        move(call, 0, 0, start, x, Axes.strides(x), Axes.strides(y));
      }
      case Layout.BroadcastTo _ -> move(call, 0, 0, 0, y, Axes.stretched(x, y), Axes.strides(y));
    }
  }

  private static boolean isFloats(Call call) {
    return call.out().buffer().type() == DType.F32;
  }

  private static int[] permuted(Shape x, Layout.Permute op) {
    int[] strides = Axes.strides(x);
    int front = Strides.AXES - x.rank();
    int[] permuted = new int[Strides.AXES];
    for (int a = 0; a < x.rank(); a++) {
      permuted[front + a] = strides[front + op.axes().get(a)];
    }
    return permuted;
  }

  private static void concat(Call call, int axis) {
    Shape y = call.out().shape();
    int inner = y.size(axis + 1, y.rank());
    int done = 0;
    for (int i = 0; i < call.in().length; i++) {
      Shape x = call.shape(i);
      move(call, i, 0, done * inner, x, Axes.strides(x), Axes.strides(y));
      done += x.dim(axis);
    }
  }

  /** Moves the elements of operand i, from and to an offset, over all indices of a shape. */
  private static void move(
      Call call, int i, int from, int to, Shape over, int[] strides, int[] strideOfResult) {
    int[] head = {call.at(i) + from, call.result() + to, over.size()};
    call.runEach(
        isFloats(call) ? Kernel.MOVE_FLOATS : Kernel.MOVE_WORDS,
        over.size(),
        Axes.join(head, Axes.extents(over), strides, strideOfResult));
  }
}
