package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One item per element. */
public final class ElementwiseKernels {

  public static final int NEGATE = 0;
  public static final int EXP = 1;
  public static final int LOG = 2;
  public static final int SQRT = 3;
  public static final int SQUARE = 4;
  public static final int ABS = 5;
  public static final int SIGN = 6;
  public static final int SIGMOID = 7;
  public static final int TANH = 8;
  public static final int SILU = 9;
  public static final int GELU = 10;
  public static final int GELU_ERF = 11;
  public static final int RELU = 12;
  public static final int CLAMP = 13;
  public static final int WITHIN = 14;
  public static final int AFFINE = 15;

  public static final int PLUS = 0;
  public static final int MINUS = 1;
  public static final int TIMES = 2;
  public static final int DIVIDE = 3;
  public static final int MAXIMUM = 4;
  public static final int MINIMUM = 5;
  public static final int AT_LEAST = 6;
  public static final int SILU_GRAD = 7;
  public static final int GELU_GRAD = 8;
  public static final int GELU_ERF_GRAD = 9;

  private ElementwiseKernels() {}

  /**
   * {@code y = f(x)}. Args: kind, x, y, n. Numbers: the two of CLAMP, WITHIN and AFFINE.
   *
   * @see io.nextscale.tensor.op.Elementwise.Unary
   */
  public static void unary(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    if (i < args.get(base + 3)) {
      float x = memory.get(args.get(base + 1) + i);
      float y = function(args.get(base), x, numbers.get(base), numbers.get(base + 1));
      memory.set(args.get(base + 2) + i, y);
    }
  }

  private static float function(int kind, float x, float a, float b) {
    return switch (kind) {
      case NEGATE -> -x;
      case EXP -> TornadoMath.exp(x);
      case LOG -> TornadoMath.log(x);
      case SQRT -> TornadoMath.sqrt(x);
      case SQUARE -> x * x;
      case ABS -> TornadoMath.abs(x);
      case SIGN -> x > 0 ? 1 : x < 0 ? -1 : x;
      case SIGMOID -> Functions.sigmoid(x);
      case TANH -> Functions.saturatingTanh(x);
      case SILU -> Functions.silu(x);
      case GELU -> Functions.gelu(x);
      case GELU_ERF -> Functions.geluErf(x);
      case RELU -> Functions.larger(x, 0f);
      case CLAMP -> Functions.smaller(Functions.larger(x, a), b);
      case WITHIN -> x < a ? 0 : x > b ? 0 : Functions.isNumber(x);
      default -> a * x + b;
    };
  }

  /**
   * {@code z = f(x, y)} for operands of one shape. Args: kind, x, y, z, n.
   *
   * @see io.nextscale.tensor.op.Elementwise.Binary
   */
  public static void binary(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    if (i < args.get(base + 4)) {
      float x = memory.get(args.get(base + 1) + i);
      float y = memory.get(args.get(base + 2) + i);
      memory.set(args.get(base + 3) + i, function(args.get(base), x, y));
    }
  }

  /**
   * {@code z = f(x, y)} for operands repeated to a common shape. Args: kind, x, y, z, n; the
   * extents of z, the strides of x, the strides of y, each along {@link Strides#AXES} axes; a
   * repeated axis has stride 0.
   *
   * @see io.nextscale.tensor.op.Elementwise.Binary
   */
  public static void broadcast(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    if (i < args.get(base + 4)) {
      float x = memory.get(args.get(base + 1) + Strides.offset(args, base, i, 5, 5 + Strides.AXES));
      float y =
          memory.get(args.get(base + 2) + Strides.offset(args, base, i, 5, 5 + 2 * Strides.AXES));
      memory.set(args.get(base + 3) + i, function(args.get(base), x, y));
    }
  }

  private static float function(int kind, float x, float y) {
    return switch (kind) {
      case PLUS -> x + y;
      case MINUS -> x - y;
      case TIMES -> x * y;
      case DIVIDE -> x / y;
      case MAXIMUM -> Functions.larger(x, y);
      case MINIMUM -> Functions.smaller(x, y);
      case AT_LEAST -> x > y ? 1 : x == y ? 1 : 0;
      case SILU_GRAD -> Functions.siluGrad(x, y);
      case GELU_GRAD -> Functions.geluGrad(x, y);
      default -> Functions.geluErfGrad(x, y);
    };
  }

  /**
   * The numbers of a tensor stored small, or indices, as floats. Args: format, x, factors of rows
   * or −1, y, n, elements per row.
   *
   * @see io.nextscale.tensor.op.Elementwise.Convert
   */
  public static void widen(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    if (i < args.get(base + 4)) {
      float value = Storage.element(args.get(base), memory, words, args.get(base + 1), i);
      if (args.get(base + 2) >= 0) {
        value *= memory.get(args.get(base + 2) + i / args.get(base + 5));
      }
      memory.set(args.get(base + 3) + i, value);
    }
  }

  /**
   * The bits of floats, for {@link #narrow}: TornadoVM 5.2 takes them on the way into an array
   * only. Args: x, y, n.
   */
  public static void bits(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    if (i < args.get(base + 2)) {
      words.set(args.get(base + 1) + i, Float.floatToRawIntBits(memory.get(args.get(base) + i)));
    }
  }

  /**
   * Floats rounded to 16 bits, the nearest and even ones on ties; two for each item, which go to a
   * word. Args: format, the bits of x, y, n.
   */
  public static void narrow(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    int n = args.get(base + 3);
    if (2 * i < n) {
      int x = args.get(base + 1) + 2 * i;
      int word = Storage.narrowed(args.get(base), words.get(x));
      if (2 * i + 1 < n) {
        word = word | (Storage.narrowed(args.get(base), words.get(x + 1)) << 16);
      }
      words.set(args.get(base + 2) + i, word);
    }
  }

  /**
   * Indices as numbers. Args: x, y, n.
   *
   * @see io.nextscale.tensor.op.Elementwise.Convert
   */
  public static void indicesToFloats(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    if (i < args.get(base + 2)) {
      memory.set(args.get(base + 1) + i, (float) words.get(args.get(base) + i));
    }
  }

  /**
   * {@code y = r + g·a}. Args: a, g, r, y, n elements, elements of an image, N.
   *
   * @see io.nextscale.tensor.op.MatrixProduct.Gated
   */
  public static void gated(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int i = context.globalIdx;
    if (i < args.get(base + 4)) {
      int n = args.get(base + 6);
      float gate = memory.get(args.get(base + 1) + i / args.get(base + 5) * n + i % n);
      float y = gate * memory.get(args.get(base) + i) + memory.get(args.get(base + 2) + i);
      memory.set(args.get(base + 3) + i, y);
    }
  }
}
