package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.ROWS;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Reduction;
import io.nextscale.tensor.spi.Operand;

/** Chooses the kernel of each operation of {@link Reduction}. */
final class ReductionDispatch {

  private ReductionDispatch() {}

  static void run(Reduction op, Operand[] in, Operand out) {
    Shape shape = in[0].shape();
    float[] x = in[0].floats();
    float[] y = out.floats();
    switch (op) {
      case Reduction.SumTo(Shape to) -> AxisReduction.sumTo(ROWS, x, shape.dims(), to.dims(), y);
      case Reduction.OverAxis o -> {
        int axis = shape.axis(o.axis());
        int outer = shape.size(0, axis);
        int n = shape.dim(axis);
        int inner = shape.size(axis + 1, shape.rank());
        switch (o) {
          case Reduction.Sum _ -> AxisReduction.sum(ROWS, x, outer, n, inner, y);
          case Reduction.Mean _ -> AxisReduction.mean(ROWS, x, outer, n, inner, y);
          case Reduction.Max _ -> AxisReduction.max(ROWS, x, outer, n, inner, y);
        }
      }
    }
  }
}
