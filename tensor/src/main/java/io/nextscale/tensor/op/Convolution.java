package io.nextscale.tensor.op;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Operand;
import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional convolution (cross-correlation, as everywhere in deep learning) and its two
 * gradients.
 *
 * <p>In the comments o is an output channel, c an input channel, (i,j) a cell of the output, (u,v)
 * a cell of the kernel; the input cell they meet at is {@code (i·stride + u − top, j·stride + v −
 * left)}, and cells outside of the map count as zero.
 */
public sealed interface Convolution extends Op {

  /** Rows and columns of zeros around a map. */
  record Padding(int top, int left, int bottom, int right) {
    public Padding {
      if (top < 0 || left < 0 || bottom < 0 || right < 0) {
        throw new IllegalArgumentException(
            "padding: at least 0 on each side; got top "
                + top
                + ", left "
                + left
                + ", bottom "
                + bottom
                + ", right "
                + right
                + " — crop with slice");
      }
    }

    /**
     * What keeps the size of a map under a k×k kernel of stride 1; for even k the odd one is at the
     * end.
     */
    public static Padding same(int k) {
      int before = (k - 1) / 2;
      return new Padding(before, before, k - 1 - before, k - 1 - before);
    }

    /** No padding. */
    public static Padding none() {
      return new Padding(0, 0, 0, 0);
    }

    /** The height of the output for an input of height h; below 1 when the kernel does not fit. */
    int rows(int h, int kernel, int stride) {
      return Math.floorDiv(top + h + bottom - kernel, stride) + 1;
    }

    /** The width of the output for an input of width w; below 1 when the kernel does not fit. */
    int columns(int w, int kernel, int stride) {
      return Math.floorDiv(left + w + right - kernel, stride) + 1;
    }
  }

  /**
   * Convolution of maps: {@code y[i,j,o] = Σ_{u,v,c} x[i·stride + u − top, j·stride + v − left, c]
   * · w[o,c,u,v] (+ bias[o]) (+ residual[i,j,o])}.
   *
   * <p>Shapes: x (B,h,w,C), w (O,C,kh,kw) in any real storage, bias (O), residual and y (B,h',w',O)
   * with {@code h' = ⌊(top + h + bottom − kh)/stride⌋ + 1} and w' alike. Operands: x, w, then bias
   * and residual where the flags say so.
   */
  record Conv2d(int stride, Padding padding, boolean bias, boolean residual)
      implements Convolution {
    public Conv2d {
      requireStride("conv2d", stride);
    }

    @Override
    public Shape shape(Shape... in) {
      arity(2 + (bias ? 1 : 0) + (residual ? 1 : 0), in);
      Shape x = in[0];
      Shape w = in[1];
      if (x.rank() != 4 || w.rank() != 4) {
        throw Operands.unexpected(
            this, "x (B, h, w, C), weight (O, C, kh, kw)", "maps are channels last", in);
      }
      if (w.dim(1) != x.dim(3)) {
        throw new ShapeException(
            name()
                + ": weight (O, "
                + x.dim(3)
                + ", kh, kw) for x "
                + x
                + "; got "
                + w
                + " — it is made for "
                + w.dim(1)
                + " channels, x has "
                + x.dim(3)
                + "; maps are channels last");
      }
      int rows = padding.rows(x.dim(1), w.dim(2), stride);
      int columns = padding.columns(x.dim(2), w.dim(3), stride);
      if (rows < 1 || columns < 1 || w.dim(2) < 1 || w.dim(3) < 1) {
        throw Operands.unexpected(
            this,
            "a kernel of at least 1×1 that fits into the padded map",
            padding + ", stride " + stride,
            in);
      }
      Shape y = Shape.of(x.dim(0), rows, columns, w.dim(0));
      if (bias && !in[2].equals(Shape.of(w.dim(0)))) {
        throw new ShapeException(
            name() + ": bias (" + w.dim(0) + ") for weight " + w + "; got " + in[2]);
      }
      if (residual && !in[in.length - 1].equals(y)) {
        throw new ShapeException(
            name() + ": residual " + y + ", the shape of the result; got " + in[in.length - 1]);
      }
      return y;
    }

    @Override
    public DType type(DType... in) {
      return Operands.withWeight(this, 1, in);
    }

    @Override
    public double flops(Shape out, Shape... in) {
      return 2.0 * out.size() * (in[1].size() / in[1].dim(0));
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      float[] w = in[1].floats();
      float @Nullable [] shift = bias ? in[2].floats() : null;
      float @Nullable [] added = residual ? in[in.length - 1].floats() : null;
      float[] y = out.floats();
      Window s = new Window(in[0].shape(), in[1].shape(), out.shape(), stride, padding);
      int at = 0;
      for (int b = 0; b < s.images; b++) {
        for (int i = 0; i < s.rows; i++) {
          for (int j = 0; j < s.columns; j++) {
            for (int o = 0; o < s.outputs; o++, at++) {
              double sum = shift == null ? 0 : shift[o];
              for (int u = 0; u < s.kernelRows; u++) {
                for (int v = 0; v < s.kernelColumns; v++) {
                  int cell = s.cell(b, i, j, u, v);
                  for (int c = 0; cell >= 0 && c < s.channels; c++) {
                    sum += (double) x[cell * s.channels + c] * w[s.weight(o, c, u, v)];
                  }
                }
              }
              y[at] = (float) (added == null ? sum : sum + added[at]);
            }
          }
        }
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return allGradients(dy, y, in);
    }

    @Override
    public @Nullable Tensor[] backward(boolean[] wanted, Tensor dy, Tensor y, Tensor... in) {
      Shape x = in[0].shape();
      Shape w = in[1].shape();
      @Nullable Tensor[] gradients = new Tensor[in.length];
      if (wanted[0]) {
        gradients[0] =
            Tensor.apply(new Conv2dGradInput(stride, padding, x.dim(1), x.dim(2)), dy, in[1]);
      }
      if (wanted[1]) {
        gradients[1] =
            Tensor.apply(new Conv2dGradWeight(stride, padding, w.dim(2), w.dim(3)), in[0], dy);
      }
      if (bias && wanted[2]) {
        int o = w.dim(0);
        Tensor cells = dy.reshape(Shape.of(dy.shape().size(0, 3), o));
        gradients[2] = cells.sum(0).reshape(Shape.of(o)); // (B·h'·w',O) -> (1,O) -> (O)
      }
      if (residual) {
        gradients[in.length - 1] = dy;
      }
      return gradients;
    }
  }

  /**
   * The gradient of {@link Conv2d} by x, from (dy, w): every dy[i,j,o] is spread back to the cells
   * it was computed from, {@code dx[i·stride + u − top, j·stride + v − left, c] += dy[i,j,o] ·
   * w[o,c,u,v]}. This is the transposed convolution.
   *
   * <p>Shapes: dy (B,h',w',O), w (O,C,kh,kw) in any real storage, dx (B,height,width,C).
   */
  record Conv2dGradInput(int stride, Padding padding, int height, int width)
      implements Convolution {
    public Conv2dGradInput {
      requireStride("conv2dGradInput", stride);
    }

    @Override
    public Shape shape(Shape... in) {
      arity(2, in);
      Shape dy = in[0];
      Shape w = in[1];
      boolean fits = dy.rank() == 4 && w.rank() == 4 && dy.dim(3) == w.dim(0);
      fits = fits && dy.dim(1) == padding.rows(height, w.dim(2), stride);
      fits = fits && dy.dim(2) == padding.columns(width, w.dim(3), stride);
      if (!fits) {
        throw Operands.unexpected(
            this,
            "dy (B, h', w', O), weight (O, C, kh, kw)",
            "dy has to be what a convolution of a map of "
                + height
                + "×"
                + width
                + " gives with "
                + padding
                + ", stride "
                + stride,
            in);
      }
      return Shape.of(dy.dim(0), height, width, w.dim(1));
    }

    @Override
    public DType type(DType... in) {
      return Operands.withWeight(this, 1, in);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] dy = in[0].floats();
      float[] w = in[1].floats();
      float[] dx = out.floats();
      Window s = new Window(out.shape(), in[1].shape(), in[0].shape(), stride, padding);
      double[] sums = new double[dx.length];
      int at = 0;
      for (int b = 0; b < s.images; b++) {
        for (int i = 0; i < s.rows; i++) {
          for (int j = 0; j < s.columns; j++) {
            for (int o = 0; o < s.outputs; o++, at++) {
              for (int u = 0; u < s.kernelRows; u++) {
                for (int v = 0; v < s.kernelColumns; v++) {
                  int cell = s.cell(b, i, j, u, v);
                  for (int c = 0; cell >= 0 && c < s.channels; c++) {
                    sums[cell * s.channels + c] += (double) dy[at] * w[s.weight(o, c, u, v)];
                  }
                }
              }
            }
          }
        }
      }
      for (int i = 0; i < dx.length; i++) {
        dx[i] = (float) sums[i];
      }
    }

    /**
     * dx is linear in dy and in w, with the convolution and its weight gradient as transposed maps.
     */
    @Override
    public @Nullable Tensor[] backward(Tensor g, Tensor dx, Tensor... in) {
      Shape w = in[1].shape();
      return Op.gradients(
          Tensor.apply(new Conv2d(stride, padding, false, false), g, in[1]),
          Tensor.apply(new Conv2dGradWeight(stride, padding, w.dim(2), w.dim(3)), g, in[0]));
    }
  }

  /**
   * The gradient of {@link Conv2d} by w, from (x, dy): {@code dw[o,c,u,v] = Σ_{b,i,j} dy[b,i,j,o] ·
   * x[b, i·stride + u − top, j·stride + v − left, c]}.
   *
   * <p>Shapes: x (B,h,w,C), dy (B,h',w',O), dw (O,C,kernelHeight,kernelWidth).
   */
  record Conv2dGradWeight(int stride, Padding padding, int kernelHeight, int kernelWidth)
      implements Convolution {
    public Conv2dGradWeight {
      requireStride("conv2dGradWeight", stride);
    }

    @Override
    public Shape shape(Shape... in) {
      arity(2, in);
      Shape x = in[0];
      Shape dy = in[1];
      boolean fits = x.rank() == 4 && dy.rank() == 4 && x.dim(0) == dy.dim(0);
      fits = fits && dy.dim(1) == padding.rows(x.dim(1), kernelHeight, stride);
      fits = fits && dy.dim(2) == padding.columns(x.dim(2), kernelWidth, stride);
      if (!fits) {
        throw Operands.unexpected(
            this,
            "x (B, h, w, C), dy (B, h', w', O)",
            "dy has to be what a convolution of x gives with a kernel of "
                + kernelHeight
                + "×"
                + kernelWidth
                + ", "
                + padding
                + ", stride "
                + stride,
            in);
      }
      return Shape.of(dy.dim(3), x.dim(3), kernelHeight, kernelWidth);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      float[] dy = in[1].floats();
      float[] dw = out.floats();
      Window s = new Window(in[0].shape(), out.shape(), in[1].shape(), stride, padding);
      double[] sums = new double[dw.length];
      int at = 0;
      for (int b = 0; b < s.images; b++) {
        for (int i = 0; i < s.rows; i++) {
          for (int j = 0; j < s.columns; j++) {
            for (int o = 0; o < s.outputs; o++, at++) {
              for (int u = 0; u < s.kernelRows; u++) {
                for (int v = 0; v < s.kernelColumns; v++) {
                  int cell = s.cell(b, i, j, u, v);
                  for (int c = 0; cell >= 0 && c < s.channels; c++) {
                    sums[s.weight(o, c, u, v)] += (double) dy[at] * x[cell * s.channels + c];
                  }
                }
              }
            }
          }
        }
      }
      for (int i = 0; i < dw.length; i++) {
        dw[i] = (float) sums[i];
      }
    }

    /**
     * dw is linear in x and in dy, with the convolution by g and its transpose as transposed maps.
     */
    @Override
    public @Nullable Tensor[] backward(Tensor g, Tensor dw, Tensor... in) {
      Shape x = in[0].shape();
      return Op.gradients(
          Tensor.apply(new Conv2dGradInput(stride, padding, x.dim(1), x.dim(2)), in[1], g),
          Tensor.apply(new Conv2d(stride, padding, false, false), in[0], g));
    }
  }

  private static void requireStride(String op, int stride) {
    if (stride < 1) {
      throw new IllegalArgumentException(op + ": a stride of at least 1; got " + stride);
    }
  }
}
