package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.ArithmeticKernels.ARITHMETIC;
import static io.nextscale.tensor.cpu.RowKernels.ROWS;

import io.nextscale.tensor.op.Lookup;
import io.nextscale.tensor.op.Loss;
import io.nextscale.tensor.spi.Operand;

/** Chooses the kernel of each operation of {@link Loss}. */
final class LossDispatch {

  private LossDispatch() {}

  static void run(Loss op, Operand[] in, Operand out) {
    float[] logits = in[0].floats();
    int[] targets = in[1].ints();
    int classes = in[0].shape().dim(-1);
    Lookup.requireIndices(op, targets, classes);
    float[] y = out.floats();
    switch (op) {
      case Loss.CrossEntropy(float smoothing) ->
          CrossEntropy.loss(ROWS, logits, targets, classes, smoothing, y);
      case Loss.CrossEntropyGrad(float smoothing) -> {
        float[] dy = in[2].floats();
        CrossEntropy.grad(ROWS, ARITHMETIC, logits, targets, dy, classes, smoothing, y);
      }
    }
  }
}
