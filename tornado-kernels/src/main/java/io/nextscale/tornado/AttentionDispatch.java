package io.nextscale.tornado;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Attention;
import io.nextscale.tornado.kernels.AttentionKernels;

/** Attention and its gradients. */
final class AttentionDispatch {

  /** Args of one chunk. */
  private static final int CHUNK = 3;

  private AttentionDispatch() {}

  static void run(Attention op, Call call) {
    switch (op) {
      case Attention.ScaledDotProduct o -> attention(call, o);
      case Attention.ScaledDotProductGrad o -> grad(call, o);
    }
  }

  private static int visible(Call call, boolean masked, int keys) {
    int last = call.in().length - 1;
    if (masked) {
      Attention.requireVisible(call.op(), call.indices(last), keys);
    }
    return call.at(last, masked);
  }

  private static void attention(Call call, Attention.ScaledDotProduct op) {
    int most = (Kernel.CHUNKED - AttentionKernels.CHUNKS) / CHUNK;
    if (op.chunks() > most) {
      throw call.beyond("at most " + most + " chunks of keys", op.chunks());
    }
    Shape q = call.shape(0);
    int[] chunks = new int[CHUNK * op.chunks()];
    int keys = 0;
    for (int i = 0; i < op.chunks(); i++) {
      chunks[CHUNK * i] = call.at(1 + i);
      chunks[CHUNK * i + 1] = call.at(1 + op.chunks() + i);
      chunks[CHUNK * i + 2] = call.shape(1 + i).dim(1);
      keys += call.shape(1 + i).dim(1);
    }
    int[] head = {
      call.at(0),
      call.result(),
      q.dim(1),
      q.dim(2),
      q.dim(3),
      visible(call, op.masked(), keys),
      keys,
      op.chunks()
    };
    call.run(Kernel.ATTENTION, groups(q), op.scale(), Axes.join(head, chunks));
  }

  private static void grad(Call call, Attention.ScaledDotProductGrad op) {
    Shape q = call.shape(0);
    Shape k = call.shape(1);
    DeviceBuffer statistics = call.scratch(2 * q.size(0, 3));
    int[] args = {
      call.at(0),
      call.at(1),
      call.at(2),
      call.at(3),
      statistics.at(),
      q.dim(1),
      k.dim(1),
      q.dim(2),
      q.dim(3),
      visible(call, op.masked(), k.dim(1))
    };
    int dq = call.result();
    int dk = dq + q.size();
    int dv = dk + k.size();
    call.run(Kernel.ATTENTION_STATISTICS, q.size(0, 3), op.scale(), args);
    call.run(Kernel.ATTENTION_GRAD_QUERY, groups(q), op.scale(), Axes.join(args, new int[] {dq}));
    call.run(
        Kernel.ATTENTION_GRAD_KEY_VALUE,
        groups(k),
        op.scale(),
        Axes.join(args, new int[] {dk, dv}));
  }

  /** The groups for all heads (B,L,H,D). */
  private static int groups(Shape heads) {
    return heads.size(0, 3) * AttentionKernels.groups(heads.dim(3));
  }
}
