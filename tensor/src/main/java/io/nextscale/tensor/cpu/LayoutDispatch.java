package io.nextscale.tensor.cpu;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Layout;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.tensor.spi.Operand;

/** Chooses the kernel of each operation of {@link Layout}. */
final class LayoutDispatch {

  private LayoutDispatch() {}

  static void run(Layout op, Operand[] in, Operand out) {
    if (!(out.buffer() instanceof HostBuffer.F32(float[] y))) {
      op.reference(in, out); // indices: few
      return;
    }
    Shape shape = in[0].shape();
    float[] x = in[0].floats();
    switch (op) {
      case Layout.Reshape _, Layout.StopGradient _ -> Copies.runs(x, 0, 0, y, 0, 0, y.length, 1);
      case Layout.Permute(var axes) ->
          Permutation.apply(
              x, shape.dims(), axes.stream().mapToInt(Integer::intValue).toArray(), y);
      case Layout.Slice(int axis, int from, int to) -> {
        int inner = inner(shape, axis);
        int run = (to - from) * inner;
        int stride = shape.dim(axis) * inner;
        Copies.runs(x, from * inner, stride, y, 0, run, run, outer(shape, axis));
      }
      case Layout.Concat(int axis) -> {
        int inner = inner(shape, axis);
        int stride = out.shape().dim(axis) * inner;
        int done = 0;
        for (Operand part : in) {
          int run = part.shape().dim(axis) * inner;
          Copies.runs(part.floats(), 0, run, y, done, stride, run, outer(shape, axis));
          done += run;
        }
      }
      case Layout.Pad(int axis, int before, int after) -> {
        int inner = inner(shape, axis);
        int outer = outer(shape, axis);
        int run = shape.dim(axis) * inner;
        int stride = out.shape().dim(axis) * inner;
        Copies.fillRuns(y, 0, stride, before * inner, outer, 0f);
        Copies.runs(x, 0, run, y, before * inner, stride, run, outer);
        Copies.fillRuns(y, before * inner + run, stride, after * inner, outer, 0f);
      }
      case Layout.BroadcastTo(Shape to) -> Copies.repeatTo(x, shape.dims(), to.dims(), y);
    }
  }

  private static int outer(Shape shape, int axis) {
    return shape.size(0, shape.axis(axis));
  }

  private static int inner(Shape shape, int axis) {
    return shape.size(shape.axis(axis) + 1, shape.rank());
  }
}
