package io.nextscale.tensor.op;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Operand;
import org.jspecify.annotations.Nullable;

/** Operations that treat every element alike: {@code y_i = f(x_i)} or {@code z_i = f(x_i, y_i)}. */
public sealed interface Elementwise extends Op {

  /** One operand, a result of its shape. */
  sealed interface Unary extends Elementwise {

    /** The meaning, for one element. */
    double apply(double x);

    @Override
    default Shape shape(Shape... in) {
      arity(1, in);
      return in[0];
    }

    @Override
    default void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      float[] y = out.floats();
      for (int i = 0; i < y.length; i++) {
        y[i] = (float) apply(x[i]);
      }
    }
  }

  /** Two operands, repeated to a common shape by NumPy's broadcasting rule. */
  sealed interface Binary extends Elementwise {

    /** The meaning, for one pair of elements. */
    double apply(double x, double y);

    @Override
    default Shape shape(Shape... in) {
      arity(2, in);
      Shape common = Shape.broadcast(in[0], in[1]);
      if (common == null) {
        throw new ShapeException(
            name()
                + ": shapes to broadcast; got "
                + in[0]
                + ", "
                + in[1]
                + " — axes are matched from the last, and an extent of 1 stretches");
      }
      return common;
    }

    @Override
    default void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      float[] y = in[1].floats();
      float[] z = out.floats();
      for (int i = 0; i < z.length; i++) {
        z[i] =
            (float)
                apply(
                    x[Layout.broadcastIndex(i, out.shape(), in[0].shape())],
                    y[Layout.broadcastIndex(i, out.shape(), in[1].shape())]);
      }
    }
  }

  /** {@code -x}. */
  record Negate() implements Unary {
    @Override
    public double apply(double x) {
      return -x;
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.negate());
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  /** {@code e^x}. */
  record Exp() implements Unary {
    @Override
    public double apply(double x) {
      return StrictMath.exp(x);
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.times(y));
    }

    @Override
    public Saved saves() {
      return Saved.OUTPUT;
    }
  }

  /** The natural logarithm. */
  record Log() implements Unary {
    @Override
    public double apply(double x) {
      return StrictMath.log(x);
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.div(in[0]));
    }
  }

  /** The square root. */
  record Sqrt() implements Unary {
    @Override
    public double apply(double x) {
      return Math.sqrt(x);
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.div(y).times(0.5f));
    }

    @Override
    public Saved saves() {
      return Saved.OUTPUT;
    }
  }

  /** {@code x²}. */
  record Square() implements Unary {
    @Override
    public double apply(double x) {
      return x * x;
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.times(in[0]).times(2f));
    }
  }

  /** {@code |x|}; the derivative at 0 is 0. */
  record Abs() implements Unary {
    @Override
    public double apply(double x) {
      return Math.abs(x);
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.times(Tensor.apply(new Sign(), in[0])));
    }
  }

  /** −1, 0 or 1 by the sign of x; its derivative is 0. */
  record Sign() implements Unary {
    @Override
    public double apply(double x) {
      return Math.signum(x);
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients((Tensor) null);
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  /** The logistic function {@code 1 / (1 + e^-x)}. */
  record Sigmoid() implements Unary {
    @Override
    public double apply(double x) {
      return 1 / (1 + StrictMath.exp(-x));
    }

    /** forward: y = σ(x), so dy/dx = y (1 − y). */
    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.times(y).times(y.negate().plus(1f)));
    }

    @Override
    public Saved saves() {
      return Saved.OUTPUT;
    }
  }

  /** The hyperbolic tangent. */
  record Tanh() implements Unary {
    @Override
    public double apply(double x) {
      return StrictMath.tanh(x);
    }

    /** forward: y = tanh x, so dy/dx = 1 − y². */
    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.times(y.square().negate().plus(1f)));
    }

    @Override
    public Saved saves() {
      return Saved.OUTPUT;
    }
  }

  /** {@code x · σ(x)}, also called swish. */
  record Silu() implements Unary {
    @Override
    public double apply(double x) {
      return x / (1 + StrictMath.exp(-x));
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(Tensor.apply(new SiluGrad(), in[0], dy));
    }
  }

  /** The gradient of {@link Silu} from (x, dy): {@code dy · σ(x) (1 + x (1 − σ(x)))}. */
  record SiluGrad() implements Binary {
    @Override
    public Shape shape(Shape... in) {
      return sameShape(this, in);
    }

    @Override
    public double apply(double x, double dy) {
      double s = 1 / (1 + StrictMath.exp(-x));
      return dy * s * (1 + x * (1 - s));
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      throw firstDerivativeOnly(this);
    }
  }

  /** Which formula of the Gaussian error linear unit. */
  enum GeluForm {
    /** {@code 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))}, as in VAR and GPT-2. */
    TANH,
    /** {@code 0.5 x (1 + erf(x/√2))}, exact, as in CLIP's and BERT's descendants. */
    ERF
  }

  /** The Gaussian error linear unit (Hendrycks and Gimpel, arXiv:1606.08415). */
  record Gelu(GeluForm form) implements Unary {

    static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    static final double CUBIC = 0.044715;

    @Override
    public double apply(double x) {
      return switch (form) {
        case TANH -> 0.5 * x * (1 + StrictMath.tanh(SQRT_2_OVER_PI * (x + CUBIC * x * x * x)));
        case ERF -> 0.5 * x * (1 + ErrorFunction.erf(x / Math.sqrt(2)));
      };
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(Tensor.apply(new GeluGrad(form), in[0], dy));
    }
  }

  /** The gradient of {@link Gelu} from (x, dy). */
  record GeluGrad(GeluForm form) implements Binary {
    @Override
    public Shape shape(Shape... in) {
      return sameShape(this, in);
    }

    @Override
    public double apply(double x, double dy) {
      return switch (form) {
        case TANH -> {
          double t = StrictMath.tanh(Gelu.SQRT_2_OVER_PI * (x + Gelu.CUBIC * x * x * x));
          double inner = Gelu.SQRT_2_OVER_PI * (1 + 3 * Gelu.CUBIC * x * x);
          yield dy * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner);
        }
        case ERF -> {
          double cdf = 0.5 * (1 + ErrorFunction.erf(x / Math.sqrt(2)));
          double pdf = StrictMath.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
          yield dy * (cdf + x * pdf);
        }
      };
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      throw firstDerivativeOnly(this);
    }
  }

  /** {@code max(x, 0)}; the derivative at 0 is 0. */
  record Relu() implements Unary {
    @Override
    public double apply(double x) {
      return Math.max(x, 0);
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.times(Tensor.apply(new Sign(), y)));
    }

    @Override
    public Saved saves() {
      return Saved.OUTPUT;
    }
  }

  /** {@code min(max(x, low), high)}; the gradient passes where {@code low <= x <= high}. */
  record Clamp(float low, float high) implements Unary {
    @Override
    public double apply(double x) {
      return Math.min(Math.max(x, low), high);
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.times(Tensor.apply(new Within(low, high), in[0])));
    }
  }

  /** 1 where {@code low <= x <= high}, else 0; its derivative is 0. */
  record Within(float low, float high) implements Unary {
    @Override
    public double apply(double x) {
      return x >= low && x <= high ? 1 : 0;
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients((Tensor) null);
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  /** {@code scale · x + shift}, with one rounding. */
  record Affine(float scale, float shift) implements Unary {
    @Override
    public double apply(double x) {
      return Math.fma(scale, x, shift);
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.times(scale));
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  /** {@code x + y}. */
  record Plus() implements Binary {
    @Override
    public double apply(double x, double y) {
      return x + y;
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor z, Tensor... in) {
      return Op.gradients(dy, dy);
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  /** {@code x − y}. */
  record Minus() implements Binary {
    @Override
    public double apply(double x, double y) {
      return x - y;
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor z, Tensor... in) {
      return Op.gradients(dy, dy.negate());
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  /** {@code x · y}. */
  record Times() implements Binary {
    @Override
    public double apply(double x, double y) {
      return x * y;
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dz, Tensor z, Tensor... in) {
      return Op.gradients(dz.times(in[1]), dz.times(in[0]));
    }
  }

  /** {@code x / y}. */
  record Divide() implements Binary {
    @Override
    public double apply(double x, double y) {
      return x / y;
    }

    /** forward: z = x/y, so dx = dz/y and dy = −dz·x/y². */
    @Override
    public @Nullable Tensor[] backward(Tensor dz, Tensor z, Tensor... in) {
      Tensor dx = dz.div(in[1]);
      return Op.gradients(dx, dx.times(in[0]).div(in[1]).negate());
    }
  }

  /** {@code max(x, y)}; on ties the gradient goes to x. */
  record Maximum() implements Binary {
    @Override
    public double apply(double x, double y) {
      return Math.max(x, y);
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dz, Tensor z, Tensor... in) {
      Tensor first = Tensor.apply(new AtLeast(), in[0], in[1]);
      return Op.gradients(dz.times(first), dz.times(first.negate().plus(1f)));
    }
  }

  /** {@code min(x, y)}; on ties the gradient goes to x. */
  record Minimum() implements Binary {
    @Override
    public double apply(double x, double y) {
      return Math.min(x, y);
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dz, Tensor z, Tensor... in) {
      Tensor second = Tensor.apply(new AtLeast(), in[0], in[1]);
      Tensor equal = second.times(Tensor.apply(new AtLeast(), in[1], in[0]));
      Tensor first = second.negate().plus(1f).plus(equal); // x < y, or x = y
      return Op.gradients(dz.times(first), dz.times(first.negate().plus(1f)));
    }
  }

  /** 1 where {@code x >= y}, else 0; its derivative is 0. */
  record AtLeast() implements Binary {
    @Override
    public double apply(double x, double y) {
      return x >= y ? 1 : 0;
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dz, Tensor z, Tensor... in) {
      return Op.gradients(null, null);
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  /**
   * The same numbers stored as another type. To BF16 and F16 rounds to nearest, ties to even; to I8
   * divides each row (each index of the first axis) by max|row|/127 and rounds; I32 to F32 converts
   * indices to numbers. The gradient passes unchanged to an operand of real numbers.
   */
  record Convert(DType to) implements Elementwise {
    @Override
    public Shape shape(Shape... in) {
      arity(1, in);
      return in[0];
    }

    @Override
    public DType type(DType... in) {
      if (to == DType.I32 && in[0] != DType.I32) {
        throw new ShapeException(
            name() + ": a real type for real numbers; got " + in[0] + " to I32");
      }
      return to;
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      StorageConversion.convert(in[0].host(), out.host());
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(in[0].dtype().isReal() ? dy : null);
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  private static Shape sameShape(Op op, Shape... in) {
    op.arity(2, in);
    if (!in[0].equals(in[1])) {
      throw new ShapeException(op.name(), "two operands of the same shape", in);
    }
    return in[0];
  }

  private static UnsupportedOperationException firstDerivativeOnly(Op op) {
    return new UnsupportedOperationException(
        op.name() + ": first derivatives only — build the loss from differentiable operations");
  }
}
