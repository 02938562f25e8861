package io.nextscale.tensor.cpu;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Attention;
import io.nextscale.tensor.spi.Operand;

/** Chooses the kernel of each operation of {@link Attention}. */
final class AttentionDispatch {

  private AttentionDispatch() {}

  static void run(Attention op, Operand[] in, Operand out) {
    switch (op) {
      case Attention.ScaledDotProduct o -> forward(o, in, out);
      case Attention.ScaledDotProductGrad o -> backward(o, in, out);
    }
  }

  private static void forward(Attention.ScaledDotProduct op, Operand[] in, Operand out) {
    int chunks = op.chunks();
    float[][] keys = new float[chunks][];
    float[][] values = new float[chunks][];
    int[] lengths = new int[chunks];
    int length = 0;
    for (int c = 0; c < chunks; c++) {
      keys[c] = in[1 + c].floats();
      values[c] = in[1 + chunks + c].floats();
      lengths[c] = in[1 + c].shape().dim(1);
      length += lengths[c];
    }
    int[] visible = op.masked() ? in[in.length - 1].ints() : null;
    if (visible != null) {
      Attention.requireVisible(op, visible, length);
    }
    Shape q = in[0].shape();
    CpuKernels.ACTIVE
        .attention()
        .run(
            q.dim(0),
            q.dim(1),
            q.dim(2),
            q.dim(3),
            in[0].floats(),
            keys,
            values,
            lengths,
            visible,
            op.scale(),
            out.floats());
  }

  private static void backward(Attention.ScaledDotProductGrad op, Operand[] in, Operand out) {
    Shape q = in[0].shape();
    int length = in[1].shape().dim(1);
    int[] visible = op.masked() ? in[4].ints() : null;
    if (visible != null) {
      Attention.requireVisible(op, visible, length);
    }
    CpuKernels.ACTIVE
        .attentionGradients()
        .run(
            q.dim(0),
            q.dim(1),
            length,
            q.dim(2),
            q.dim(3),
            in[0].floats(),
            in[1].floats(),
            in[2].floats(),
            in[3].floats(),
            visible,
            op.scale(),
            out.floats());
  }
}
