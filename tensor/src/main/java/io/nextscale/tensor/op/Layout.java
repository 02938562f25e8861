package io.nextscale.tensor.op;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.tensor.spi.Operand;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operations that move elements without changing them. They take F32 and I32 alike. */
public sealed interface Layout extends Op {

  @Override
  default DType type(DType... in) {
    for (DType type : in) {
      if ((type != DType.F32 && type != DType.I32) || type != in[0]) {
        throw new ShapeException(
            name()
                + ": operands all F32 or all I32; got "
                + Arrays.toString(in)
                + " — convert with to(DType.F32)");
      }
    }
    return in[0];
  }

  @Override
  default Saved saves() {
    return Saved.NOTHING;
  }

  /** The same elements under other extents; the storage is shared. */
  record Reshape(Shape to) implements Layout {
    @Override
    public Shape shape(Shape... in) {
      arity(1, in);
      if (in[0].size() != to.size()) {
        throw new ShapeException(
            name()
                + ": "
                + to.size()
                + " elements for "
                + to
                + "; got "
                + in[0]
                + " with "
                + in[0].size());
      }
      return to;
    }

    @Override
    public DType type(DType... in) {
      return in[0];
    }

    @Override
    public boolean isView() {
      return true;
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      copy(in[0], 0, out, 0, to.size());
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.reshape(in[0].shape()));
    }
  }

  /** The same tensor, through which no gradient flows; the storage is shared. */
  record StopGradient() implements Layout {
    @Override
    public Shape shape(Shape... in) {
      arity(1, in);
      return in[0];
    }

    @Override
    public boolean isView() {
      return true;
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      copy(in[0], 0, out, 0, out.shape().size());
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients((Tensor) null);
    }
  }

  /** Axes in another order: axis i of the result is axis {@code axes[i]} of the operand. */
  record Permute(List<Integer> axes) implements Layout {
    /** {@code Permute.of(0, 2, 1)} swaps the last two of three axes. */
    public static Permute of(int... axes) {
      return new Permute(Arrays.stream(axes).boxed().toList());
    }

    @Override
    public Shape shape(Shape... in) {
      arity(1, in);
      int rank = in[0].rank();
      boolean[] seen = new boolean[rank];
      int[] dims = new int[axes.size()];
      boolean valid = axes.size() == rank;
      for (int i = 0; valid && i < rank; i++) {
        int axis = axes.get(i);
        valid = axis >= 0 && axis < rank && !seen[axis];
        if (valid) {
          seen[axis] = true;
          dims[i] = in[0].dim(axis);
        }
      }
      if (!valid) {
        throw new ShapeException(
            name() + ": each of the " + rank + " axes once; got axes " + axes + " for " + in[0]);
      }
      return Shape.of(dims);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      Shape from = in[0].shape();
      int[] strideOfResult = new int[axes.size()];
      for (int i = 0; i < strideOfResult.length; i++) {
        strideOfResult[i] = from.size(axes.get(i) + 1, from.rank());
      }
      int[] index = new int[axes.size()];
      for (int i = 0; i < out.shape().size(); i++) {
        int source = 0;
        for (int a = 0; a < index.length; a++) {
          source += index[a] * strideOfResult[a];
        }
        copy(in[0], source, out, i, 1);
        for (int a = index.length - 1; a >= 0 && ++index[a] == out.shape().dim(a); a--) {
          index[a] = 0;
        }
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      int[] inverse = new int[axes.size()];
      for (int i = 0; i < inverse.length; i++) {
        inverse[axes.get(i)] = i;
      }
      return Op.gradients(dy.permute(inverse));
    }
  }

  /** The elements {@code from} (inclusive) to {@code to} (exclusive) of one axis. */
  record Slice(int axis, int from, int to) implements Layout {
    @Override
    public Shape shape(Shape... in) {
      arity(1, in);
      int extent = in[0].dim(axis);
      if (from < 0 || to < from || to > extent) {
        throw new ShapeException(
            name()
                + ": 0 <= from <= to <= "
                + extent
                + " on axis "
                + axis
                + "; got "
                + from
                + " to "
                + to
                + " of "
                + in[0]);
      }
      return in[0].with(axis, to - from);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      Shape x = in[0].shape();
      int a = x.axis(axis);
      int inner = x.size(a + 1, x.rank()); // elements per step of the axis
      int run = (to - from) * inner;
      for (int o = 0; o < x.size(0, a); o++) {
        copy(in[0], (o * x.dim(a) + from) * inner, out, o * run, run);
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.pad(axis, from, in[0].shape().dim(axis) - to));
    }
  }

  /** The operands one after another along one axis. */
  record Concat(int axis) implements Layout {
    @Override
    public Shape shape(Shape... in) {
      if (in.length == 0) {
        throw new ShapeException(name() + ": at least one operand; got none");
      }
      int total = 0;
      for (Shape shape : in) {
        if (shape.rank() != in[0].rank() || !shape.with(axis, 0).equals(in[0].with(axis, 0))) {
          throw new ShapeException(name(), "extents that agree on all axes but " + axis, in);
        }
        total += shape.dim(axis);
      }
      return in[0].with(axis, total);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      Shape y = out.shape();
      int a = y.axis(axis);
      int inner = y.size(a + 1, y.rank());
      int done = 0;
      for (Operand x : in) {
        int run = x.shape().dim(a) * inner;
        for (int o = 0; o < y.size(0, a); o++) {
          copy(x, o * run, out, o * y.dim(a) * inner + done, run);
        }
        done += run;
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      Tensor[] gradients = new Tensor[in.length];
      int from = 0;
      for (int i = 0; i < in.length; i++) {
        int to = from + in[i].shape().dim(axis);
        gradients[i] = dy.slice(axis, from, to);
        from = to;
      }
      return gradients;
    }
  }

  /** Zeros before and after along one axis. */
  record Pad(int axis, int before, int after) implements Layout {
    @Override
    public Shape shape(Shape... in) {
      arity(1, in);
      if (before < 0 || after < 0) {
        throw new ShapeException(
            name() + ": amounts of at least 0; got " + before + ", " + after + " for " + in[0]);
      }
      return in[0].with(axis, before + in[0].dim(axis) + after);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      fill(out, 0);
      Shape x = in[0].shape();
      int a = x.axis(axis);
      int inner = x.size(a + 1, x.rank());
      int run = x.dim(a) * inner;
      for (int o = 0; o < x.size(0, a); o++) {
        copy(in[0], o * run, out, (o * out.shape().dim(a) + before) * inner, run);
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.slice(axis, before, before + in[0].shape().dim(axis)));
    }
  }

  /** The operand repeated to a larger shape by NumPy's broadcasting rule. */
  record BroadcastTo(Shape to) implements Layout {
    @Override
    public Shape shape(Shape... in) {
      arity(1, in);
      if (!in[0].stretchesTo(to)) {
        throw new ShapeException(name() + ": a shape that stretches to " + to + "; got " + in[0]);
      }
      return to;
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      for (int i = 0; i < to.size(); i++) {
        copy(in[0], broadcastIndex(i, to, in[0].shape()), out, i, 1);
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.sumTo(in[0].shape()));
    }
  }

  /** The index into {@code from} that a broadcast to {@code to} reads for element {@code i}. */
  static int broadcastIndex(int i, Shape to, Shape from) {
    int index = 0;
    int stride = 1;
    int rest = i;
    for (int a = 1; a <= to.rank(); a++) {
      int extent = to.dim(-a);
      if (a <= from.rank()) {
        int own = from.dim(-a);
        index += own == 1 ? 0 : rest % extent * stride;
        stride *= own;
      }
      rest /= extent;
    }
    return index;
  }

  private static void copy(Operand from, int at, Operand to, int start, int count) {
    switch (to.host()) {
      case HostBuffer.I32(int[] target) -> System.arraycopy(from.ints(), at, target, start, count);
      case HostBuffer.F32(float[] target) ->
          System.arraycopy(from.floats(), at, target, start, count);
      default -> throw new IllegalArgumentException("copy: F32 or I32; got " + to.buffer().type());
    }
  }

  private static void fill(Operand out, int value) {
    switch (out.host()) {
      case HostBuffer.I32(int[] target) -> Arrays.fill(target, value);
      case HostBuffer.F32(float[] target) -> Arrays.fill(target, value);
      default -> throw new IllegalArgumentException("fill: F32 or I32; got " + out.buffer().type());
    }
  }
}
