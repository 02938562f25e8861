package io.nextscale.tornado;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Resampling;
import io.nextscale.tensor.op.Resampling.Mode;
import io.nextscale.tornado.kernels.ResamplingKernels;

/** Maps of another size. */
final class ResamplingDispatch {

  private ResamplingDispatch() {}

  static void run(Resampling op, Call call) {
    Shape in = call.shape(0);
    Shape out = call.out().shape();
    switch (op) {
      case Resampling.Resize o -> run(call, Kernel.RESIZE, o.mode(), in, out);
      case Resampling.ResizeGrad o -> run(call, Kernel.RESIZE_GRAD, o.mode(), out, in);
    }
  }

  private static void run(Call call, Kernel kernel, Mode mode, Shape x, Shape y) {
    int kind =
        switch (mode) {
          case NEAREST -> ResamplingKernels.NEAREST;
          case AREA -> ResamplingKernels.AREA;
          case BILINEAR -> ResamplingKernels.BILINEAR;
          case BICUBIC -> ResamplingKernels.BICUBIC;
        };
    int n = call.size();
    call.runEach(
        kernel,
        n,
        kind,
        call.at(0),
        call.result(),
        x.dim(1),
        x.dim(2),
        y.dim(1),
        y.dim(2),
        x.dim(3),
        n);
  }
}
