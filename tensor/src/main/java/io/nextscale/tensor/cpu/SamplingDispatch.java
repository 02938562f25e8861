package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.ROWS;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Sampling;
import io.nextscale.tensor.spi.Operand;

/** Chooses the kernel of each operation of {@link Sampling}. */
final class SamplingDispatch {

  private SamplingDispatch() {}

  static void run(Sampling op, Operand[] in, Operand out) {
    float[] x = in[0].floats();
    Shape shape = in[0].shape();
    int n = shape.dim(-1);
    int rows = shape.size(0, shape.rank() - 1);
    switch (op) {
      case Sampling.TopKTopP(int k, float p) ->
          TokenFilter.topKTopP(ROWS, x, rows, n, k, p, out.floats());
      case Sampling.Draw _ -> {
        float[] max = TokenDraw.maxima(ROWS, x, rows, n);
        for (int r = 0; r < rows; r++) {
          Sampling.requireDrawable(op, max[r], r);
        }
        TokenDraw.draw(ROWS, x, max, in[1].floats(), n, out.ints());
      }
    }
  }
}
