package io.nextscale.tornado;

import io.nextscale.tensor.op.Sampling;
import io.nextscale.tornado.kernels.SamplingKernels;
import java.util.Arrays;

/** From logits to tokens. */
final class SamplingDispatch {

  private SamplingDispatch() {}

  static void run(Sampling op, Call call) {
    int v = call.shape(0).dim(-1);
    int rows = call.shape(0).size() / v;
    switch (op) {
      case Sampling.TopKTopP(int k, float p) ->
          call.run(
              Kernel.TOP_K_TOP_P,
              rows,
              new float[] {p, Float.NEGATIVE_INFINITY},
              call.at(0),
              call.result(),
              v,
              k);
      case Sampling.Draw o -> {
        call.run(Kernel.DRAW, rows, call.at(0), call.at(1), call.result(), v);
        requireDrawn(o, call, v);
      }
    }
  }

  /** Tokens go to the host in any case; a row without one is explained by its largest logit. */
  private static void requireDrawn(Sampling.Draw op, Call call, int v) {
    int[] drawn = call.device().transfers().loadWords(call.result(), call.size());
    call.remember(drawn);
    for (int row = 0; row < drawn.length; row++) {
      if (drawn[row] == SamplingKernels.NOTHING) {
        float[] logits = call.device().transfers().loadFloats(call.at(0) + row * v, v);
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
          max = Math.max(max, logit);
        }
        Sampling.requireDrawable(op, max, row);
        throw new IllegalStateException(
            op.name() + ": a token for each row; got none for logits " + Arrays.toString(logits));
      }
    }
  }
}
