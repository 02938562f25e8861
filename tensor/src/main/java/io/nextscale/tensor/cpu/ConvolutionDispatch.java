package io.nextscale.tensor.cpu;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Convolution;
import io.nextscale.tensor.spi.Operand;

/** Chooses the kernel of each operation of {@link Convolution}. */
final class ConvolutionDispatch {

  private ConvolutionDispatch() {}

  static void run(Convolution op, Operand[] in, Operand out) {
    switch (op) {
      case Convolution.Conv2d o -> forward(o, in, out);
      case Convolution.Conv2dGradInput o -> gradInput(o, in, out);
      case Convolution.Conv2dGradWeight o -> gradWeight(o, in, out);
    }
  }

  private static void forward(Convolution.Conv2d op, Operand[] in, Operand out) {
    ConvolutionShape s = shape(in[0].shape(), in[1].shape(), op.stride(), op.padding());
    Epilogue epilogue =
        Epilogue.bias(op.bias() ? in[2].floats() : null)
            .withResidual(op.residual() ? in[in.length - 1].floats() : null);
    CpuKernels.ACTIVE.convolution().run(s, in[0].floats(), in[1].host(), epilogue, out.floats());
  }

  private static void gradInput(Convolution.Conv2dGradInput op, Operand[] in, Operand out) {
    ConvolutionShape s = shape(out.shape(), in[1].shape(), op.stride(), op.padding());
    CpuKernels.ACTIVE.convolutionGradients().input(s, in[0].floats(), in[1].floats(), out.floats());
  }

  private static void gradWeight(Convolution.Conv2dGradWeight op, Operand[] in, Operand out) {
    ConvolutionShape s = shape(in[0].shape(), out.shape(), op.stride(), op.padding());
    CpuKernels.ACTIVE
        .convolutionGradients()
        .weight(s, in[0].floats(), in[1].floats(), out.floats());
  }

  /** The sizes of a convolution of maps x (B,h,w,C) with a weight (O,C,kh,kw). */
  private static ConvolutionShape shape(Shape x, Shape w, int stride, Convolution.Padding padding) {
    return new ConvolutionShape(
        x.dim(0),
        x.dim(1),
        x.dim(2),
        x.dim(3),
        w.dim(0),
        w.dim(2),
        w.dim(3),
        stride,
        padding.top(),
        padding.left(),
        padding.bottom(),
        padding.right());
  }
}
