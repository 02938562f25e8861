package io.nextscale.tornado;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Elementwise;
import io.nextscale.tensor.op.Elementwise.GeluForm;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.tensor.spi.Operand;
import io.nextscale.tornado.kernels.ElementwiseKernels;

/** Elementwise operations. */
final class ElementwiseDispatch {

  private ElementwiseDispatch() {}

  static void run(Elementwise op, Call call) {
    switch (op) {
      case Elementwise.Unary o -> unary(o, call);
      case Elementwise.Binary o -> binary(o, call);
      case Elementwise.Convert o -> convert(o, call);
    }
  }

  private static void unary(Elementwise.Unary op, Call call) {
    float[] numbers =
        switch (op) {
          case Elementwise.Clamp(float low, float high) -> new float[] {low, high};
          case Elementwise.Within(float low, float high) -> new float[] {low, high};
          case Elementwise.Affine(float scale, float shift) -> new float[] {scale, shift};
          default -> new float[0];
        };
    int n = call.size();
    call.runEach(Kernel.UNARY, n, numbers, kind(op), call.at(0), call.result(), n);
  }

  private static int kind(Elementwise.Unary op) {
    return switch (op) {
      case Elementwise.Negate _ -> ElementwiseKernels.NEGATE;
      case Elementwise.Exp _ -> ElementwiseKernels.EXP;
      case Elementwise.Log _ -> ElementwiseKernels.LOG;
      case Elementwise.Sqrt _ -> ElementwiseKernels.SQRT;
      case Elementwise.Square _ -> ElementwiseKernels.SQUARE;
      case Elementwise.Abs _ -> ElementwiseKernels.ABS;
      case Elementwise.Sign _ -> ElementwiseKernels.SIGN;
      case Elementwise.Sigmoid _ -> ElementwiseKernels.SIGMOID;
      case Elementwise.Tanh _ -> ElementwiseKernels.TANH;
      case Elementwise.Silu _ -> ElementwiseKernels.SILU;
      case Elementwise.Gelu(GeluForm form) ->
          form == GeluForm.TANH ? ElementwiseKernels.GELU : ElementwiseKernels.GELU_ERF;
      case Elementwise.Relu _ -> ElementwiseKernels.RELU;
      case Elementwise.Clamp _ -> ElementwiseKernels.CLAMP;
      case Elementwise.Within _ -> ElementwiseKernels.WITHIN;
      case Elementwise.Affine _ -> ElementwiseKernels.AFFINE;
    };
  }

  private static void binary(Elementwise.Binary op, Call call) {
    Shape z = call.out().shape();
    int n = call.size();
    if (call.shape(0).equals(z) && call.shape(1).equals(z)) {
      call.runEach(Kernel.BINARY, n, kind(op), call.at(0), call.at(1), call.result(), n);
      return;
    }
    int[] head = {kind(op), call.at(0), call.at(1), call.result(), n};
    int[] args =
        Axes.join(
            head,
            Axes.extents(z),
            Axes.stretched(call.shape(0), z),
            Axes.stretched(call.shape(1), z));
    Axes.requireFew(call, z);
    call.runEach(Kernel.BROADCAST, n, args);
  }

  private static int kind(Elementwise.Binary op) {
    return switch (op) {
      case Elementwise.Plus _ -> ElementwiseKernels.PLUS;
      case Elementwise.Minus _ -> ElementwiseKernels.MINUS;
      case Elementwise.Times _ -> ElementwiseKernels.TIMES;
      case Elementwise.Divide _ -> ElementwiseKernels.DIVIDE;
      case Elementwise.Maximum _ -> ElementwiseKernels.MAXIMUM;
      case Elementwise.Minimum _ -> ElementwiseKernels.MINIMUM;
      case Elementwise.AtLeast _ -> ElementwiseKernels.AT_LEAST;
      case Elementwise.SiluGrad _ -> ElementwiseKernels.SILU_GRAD;
      case Elementwise.GeluGrad(GeluForm form) ->
          form == GeluForm.TANH ? ElementwiseKernels.GELU_GRAD : ElementwiseKernels.GELU_ERF_GRAD;
    };
  }

  /** On the device, but for bytes: the host rounds each weight to them once. */
  private static void convert(Elementwise.Convert op, Call call) {
    DType from = call.in()[0].buffer().type();
    int n = call.size();
    Shape shape = call.shape(0);
    if (op.to() == DType.I8 || op.to() == DType.I32) {
      Operand host = new Operand(call.backend().download(call.in()[0].buffer()), shape);
      Operand out = new Operand(Backends.cpu().allocate(op.to(), shape), shape);
      Backends.cpu().run(op, new Operand[] {host}, out);
      call.backend().fill(call.out(), (HostBuffer) out.buffer());
    } else if (op.to() == DType.F32) {
      toFloats(call, from, call.result());
    } else {
      int floats = call.at(0);
      if (from != DType.F32) {
        floats = call.scratch(n).at();
        toFloats(call, from, floats);
      }
      StorageDispatch.narrow(call, StorageDispatch.format(op.to()), floats, call.result(), n);
    }
  }

  private static void toFloats(Call call, DType from, int to) {
    int n = call.size();
    if (from == DType.I32) {
      call.runEach(Kernel.INDICES_TO_FLOATS, n, call.at(0), to, n);
      return;
    }
    Shape shape = call.shape(0);
    int row = shape.rank() == 0 || shape.dim(0) == 0 ? 1 : Math.max(1, n / shape.dim(0));
    StorageDispatch.widen(call, call.format(0), call.at(0), call.factors(0), to, n, row);
  }
}
