package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.RowKernels.ROWS;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Resampling;
import io.nextscale.tensor.spi.Operand;

/** Chooses the kernel of each operation of {@link Resampling}. */
final class ResamplingDispatch {

  private ResamplingDispatch() {}

  static void run(Resampling op, Operand[] in, Operand out) {
    Shape from = in[0].shape();
    int batch = from.dim(0);
    int h = from.dim(1);
    int w = from.dim(2);
    int c = from.dim(3);
    float[] x = in[0].floats();
    float[] y = out.floats();
    switch (op) {
      case Resampling.Resize(var mode, int height, int width) ->
          Resample.resize(ROWS, mode, x, batch, h, w, c, height, width, y);
      case Resampling.ResizeGrad(var mode, int height, int width) ->
          Resample.resizeGrad(ROWS, mode, x, batch, h, w, c, height, width, y);
    }
  }
}
