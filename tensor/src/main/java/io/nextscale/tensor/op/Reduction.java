package io.nextscale.tensor.op;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Operand;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Operations that fold one axis, which stays with extent 1, or stretched axes back together. */
public sealed interface Reduction extends Op {

  /** One axis folded to extent 1. */
  sealed interface OverAxis extends Reduction {

    /** The folded axis; negative counts from the end. */
    int axis();

    /** The value of {@code count} elements {@code x[from + i·stride]}. */
    double fold(float[] x, int from, int stride, int count);

    @Override
    default Shape shape(Shape... in) {
      arity(1, in);
      return in[0].with(axis(), 1);
    }

    @Override
    default void reference(Operand[] in, Operand out) {
      Shape shape = in[0].shape();
      int a = shape.axis(axis());
      int inner = shape.size(a + 1, shape.rank());
      float[] x = in[0].floats();
      float[] y = out.floats();
      for (int i = 0; i < y.length; i++) {
        int first = i / inner * shape.dim(a) * inner + i % inner;
        y[i] = (float) fold(x, first, inner, shape.dim(a));
      }
    }
  }

  /** The sum over one axis. */
  record Sum(int axis) implements OverAxis {
    @Override
    public double fold(float[] x, int from, int stride, int count) {
      double sum = 0;
      for (int i = 0; i < count; i++) {
        sum += x[from + i * stride];
      }
      return sum;
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.broadcastTo(in[0].shape()));
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  /** The mean over one axis. */
  record Mean(int axis) implements OverAxis {
    @Override
    public Shape shape(Shape... in) {
      return notEmpty(this, OverAxis.super.shape(in), in);
    }

    @Override
    public double fold(float[] x, int from, int stride, int count) {
      return new Sum(axis).fold(x, from, stride, count) / count;
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.div(in[0].shape().dim(axis)).broadcastTo(in[0].shape()));
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  /** The largest element over one axis; equal largest elements share the gradient. */
  record Max(int axis) implements OverAxis {
    @Override
    public Shape shape(Shape... in) {
      return notEmpty(this, OverAxis.super.shape(in), in);
    }

    @Override
    public double fold(float[] x, int from, int stride, int count) {
      double max = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < count; i++) {
        max = Math.max(max, x[from + i * stride]);
      }
      return max;
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      Tensor largest = Tensor.apply(new Elementwise.AtLeast(), in[0], y);
      return Op.gradients(largest.times(dy.div(largest.sum(axis))));
    }

    @Override
    public Saved saves() {
      return Saved.BOTH;
    }
  }

  /** The sum over every axis that a broadcast had stretched: the transpose of broadcasting. */
  record SumTo(Shape to) implements Reduction {
    @Override
    public Shape shape(Shape... in) {
      arity(1, in);
      if (!to.stretchesTo(in[0])) {
        throw new ShapeException(name() + ": a shape that " + to + " stretches to; got " + in[0]);
      }
      return to;
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      double[] sums = new double[to.size()];
      for (int i = 0; i < x.length; i++) {
        sums[Layout.broadcastIndex(i, in[0].shape(), to)] += x[i];
      }
      float[] y = out.floats();
      Arrays.setAll(sums, i -> y[i] = (float) sums[i]);
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.broadcastTo(in[0].shape()));
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  private static Shape notEmpty(OverAxis op, Shape result, Shape... in) {
    if (in[0].dim(op.axis()) == 0) {
      throw new ShapeException(op.name(), "at least one element on axis " + op.axis(), in);
    }
    return result;
  }
}
