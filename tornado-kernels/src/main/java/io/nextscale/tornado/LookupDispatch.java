package io.nextscale.tornado;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Lookup;

/** From indices to rows and back. Indices are checked on the host, which mostly has them. */
final class LookupDispatch {

  private LookupDispatch() {}

  static void run(Lookup op, Call call) {
    Shape x = call.shape(0);
    int n = call.size();
    switch (op) {
      case Lookup.Rows o -> {
        Lookup.requireIndices(o, call.indices(1), x.dim(0));
        call.runEach(
            Kernel.ROWS,
            n,
            call.format(0),
            call.at(0),
            call.factors(0),
            call.at(1),
            call.result(),
            x.dim(1),
            n);
      }
      case Lookup.RowsGrad o -> {
        Lookup.requireIndices(o, call.indices(0), o.rows());
        int c = call.out().shape().dim(1);
        call.runEach(Kernel.ROWS_GRAD, n, call.at(0), x.size(), call.at(1), call.result(), c, n);
      }
      case Lookup.NearestCode(Lookup.Metric metric) ->
          call.run(
              Kernel.NEAREST,
              n,
              call.at(0),
              call.at(1),
              call.result(),
              x.dim(-1),
              call.shape(1).dim(0),
              metric == Lookup.Metric.COSINE ? 1 : 0);
      case Lookup.ArgMax _ -> call.run(Kernel.ARG_MAX, n, call.at(0), call.result(), x.dim(-1));
    }
  }
}
