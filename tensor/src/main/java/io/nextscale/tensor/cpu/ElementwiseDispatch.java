package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.ActivationKernels.ACTIVATIONS;
import static io.nextscale.tensor.cpu.ArithmeticKernels.ARITHMETIC;

import io.nextscale.tensor.op.Elementwise;
import io.nextscale.tensor.spi.Operand;

/** Chooses the kernel of each operation of {@link Elementwise}. */
final class ElementwiseDispatch {

  private ElementwiseDispatch() {}

  static void run(Elementwise op, Operand[] in, Operand out) {
    switch (op) {
      case Elementwise.Convert _ -> {
        if (!Conversions.convert(CpuKernels.ACTIVE.tiles(), in[0].host(), out.host())) {
          op.reference(in, out);
        }
      }
      case Elementwise.Unary o -> unary(o, in[0].floats(), out.floats());
      case Elementwise.Binary o -> binary(o, in, out);
    }
  }

  private static void unary(Elementwise.Unary op, float[] x, float[] y) {
    switch (op) {
      case Elementwise.Negate _ -> ElementFunctions.negate(x, y);
      case Elementwise.Exp _ -> activation(Activation.EXP, x, y);
      case Elementwise.Log _ -> ElementFunctions.log(x, y);
      case Elementwise.Sqrt _ -> ElementFunctions.sqrt(x, y);
      case Elementwise.Square _ -> ElementFunctions.square(x, y);
      case Elementwise.Abs _ -> ElementFunctions.abs(x, y);
      case Elementwise.Sign _ -> ElementFunctions.sign(x, y);
      case Elementwise.Sigmoid _ -> activation(Activation.SIGMOID, x, y);
      case Elementwise.Tanh _ -> activation(Activation.TANH, x, y);
      case Elementwise.Silu _ -> activation(Activation.SILU, x, y);
      case Elementwise.Gelu(var form) -> activation(gelu(form), x, y);
      case Elementwise.Relu _ -> ElementFunctions.relu(x, y);
      case Elementwise.Clamp(float low, float high) -> ElementFunctions.clamp(x, low, high, y);
      case Elementwise.Within(float low, float high) -> ElementFunctions.within(x, low, high, y);
      case Elementwise.Affine(float scale, float shift) ->
          ElementFunctions.affine(x, scale, shift, y);
    }
  }

  private static void binary(Elementwise.Binary op, Operand[] in, Operand out) {
    switch (op) {
      case Elementwise.SiluGrad _ -> activationGrad(Activation.SILU, in, out);
      case Elementwise.GeluGrad(var form) -> activationGrad(gelu(form), in, out);
      case Elementwise.Plus _ -> arithmetic(Arithmetic.PLUS, in, out);
      case Elementwise.Minus _ -> arithmetic(Arithmetic.MINUS, in, out);
      case Elementwise.Times _ -> arithmetic(Arithmetic.TIMES, in, out);
      case Elementwise.Divide _ -> arithmetic(Arithmetic.DIVIDE, in, out);
      case Elementwise.Maximum _ -> arithmetic(Arithmetic.MAXIMUM, in, out);
      case Elementwise.Minimum _ -> arithmetic(Arithmetic.MINIMUM, in, out);
      case Elementwise.AtLeast _ -> arithmetic(Arithmetic.AT_LEAST, in, out);
    }
  }

  private static void activation(Activation f, float[] x, float[] y) {
    ElementFunctions.activation(ACTIVATIONS, f, x, y);
  }

  private static void activationGrad(Activation f, Operand[] in, Operand out) {
    ElementFunctions.activationGrad(ACTIVATIONS, f, in[0].floats(), in[1].floats(), out.floats());
  }

  private static void arithmetic(Arithmetic f, Operand[] in, Operand out) {
    Broadcast.apply(
        ARITHMETIC,
        f,
        in[0].floats(),
        in[0].shape().dims(),
        in[1].floats(),
        in[1].shape().dims(),
        out.floats());
  }

  private static Activation gelu(Elementwise.GeluForm form) {
    return switch (form) {
      case TANH -> Activation.GELU_TANH;
      case ERF -> Activation.GELU_ERF;
    };
  }
}
