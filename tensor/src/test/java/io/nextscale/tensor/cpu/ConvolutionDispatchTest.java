package io.nextscale.tensor.cpu;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Convolution.Conv2d;
import io.nextscale.tensor.op.Convolution.Padding;
import io.nextscale.tensor.spi.Buffer;
import io.nextscale.tensor.spi.Operand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConvolutionDispatchTest {

  /** Sums of 576 products of order 1, about 25 in size, by Winograd's method. */
  private static final double TOLERANCE = 1e-3;

  @Test
  void conv2dAgreesWithItsReference() {
    for (int flags = 0; flags < 4; flags++) {
      for (DType type : new DType[] {DType.F32, DType.F16, DType.I8}) {
        Buffer plain = Samples.weight(type, 5, 5 * 64 * 9, 2);
        Shape shape = Shape.of(5, 64, 3, 3);
        for (Buffer w : List.of(plain, CpuBackend.INSTANCE.prepare(plain, shape))) {
          for (int stride = 1; stride <= 2; stride++) {
            Conv2d op =
                new Conv2d(stride, new Padding(1, 0, 2, 1), (flags & 1) != 0, (flags & 2) != 0);
            List<Operand> in = new ArrayList<>();
            in.add(OpChecks.values(1, 2, 12, 9, 64));
            in.add(new Operand(w, shape));
            if (op.bias()) {
              in.add(OpChecks.values(3, 5));
            }
            if (op.residual()) {
              in.add(OpChecks.values(4, 2, stride == 1 ? 13 : 7, stride == 1 ? 8 : 4, 5));
            }
            OpChecks.assertAgrees(op, TOLERANCE, 0, in.toArray(Operand[]::new));
          }
        }
      }
    }
  }
}
