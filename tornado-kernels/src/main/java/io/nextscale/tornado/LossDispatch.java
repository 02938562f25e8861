package io.nextscale.tornado;

import io.nextscale.tensor.op.Lookup;
import io.nextscale.tensor.op.Loss;

/** Losses. */
final class LossDispatch {

  private LossDispatch() {}

  static void run(Loss op, Call call) {
    int v = call.shape(0).dim(-1);
    int rows = call.shape(1).size();
    Lookup.requireIndices(op, call.indices(1), v);
    switch (op) {
      case Loss.CrossEntropy(float smoothing) ->
          call.run(Kernel.CROSS_ENTROPY, rows, smoothing, call.at(0), call.at(1), call.result(), v);
      case Loss.CrossEntropyGrad(float smoothing) ->
          call.run(
              Kernel.CROSS_ENTROPY_GRAD,
              rows,
              smoothing,
              call.at(0),
              call.at(1),
              call.at(2),
              call.result(),
              v);
    }
  }
}
