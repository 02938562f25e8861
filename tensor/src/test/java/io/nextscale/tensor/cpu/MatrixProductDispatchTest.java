package io.nextscale.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.MatrixProduct;
import io.nextscale.tensor.op.MatrixProduct.Activation;
import io.nextscale.tensor.op.MatrixProduct.Linear;
import io.nextscale.tensor.op.MatrixProduct.MatMul;
import io.nextscale.tensor.spi.Buffer;
import io.nextscale.tensor.spi.Operand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MatrixProductDispatchTest {

  /** Some 20 products below 4 each, summed in floats. */
  private static final double TOLERANCE = 2e-5;

  @Test
  void matMulAgreesWithItsReference() {
    for (boolean transposeA : new boolean[] {false, true}) {
      for (boolean transposeB : new boolean[] {false, true}) {
        int[] a = transposeA ? new int[] {2, 3, 20, 7} : new int[] {2, 3, 7, 20};
        int[] b = transposeB ? new int[] {2, 3, 9, 20} : new int[] {2, 3, 20, 9};
        int[] shared = transposeB ? new int[] {9, 20} : new int[] {20, 9};
        MatrixProduct op = new MatMul(transposeA, transposeB);
        OpChecks.assertAgrees(
            op, TOLERANCE, TOLERANCE, OpChecks.values(1, a), OpChecks.values(2, b));
        OpChecks.assertAgrees(
            op, TOLERANCE, TOLERANCE, OpChecks.values(1, a), OpChecks.values(2, shared));
      }
    }
  }

  @Test
  void linearAgreesWithItsReference() {
    int b = 3;
    int l = 5;
    int k = 20;
    int n = 70;
    for (Activation activation : Activation.values()) {
      for (int flags = 0; flags < 8; flags++) {
        Linear op = new Linear((flags & 1) != 0, activation, (flags & 2) != 0, (flags & 4) != 0);
        for (DType type : new DType[] {DType.F32, DType.BF16, DType.I8}) {
          Buffer w = Samples.weight(type, n, n * k, 2);
          for (Buffer weight : List.of(w, CpuBackend.INSTANCE.prepare(w, Shape.of(n, k)))) {
            List<Operand> in = new ArrayList<>();
            in.add(OpChecks.values(1, b, l, k));
            in.add(new Operand(weight, Shape.of(n, k)));
            if (op.bias()) {
              in.add(OpChecks.values(3, n));
            }
            if (op.gate()) {
              in.add(OpChecks.values(4, b, 1, n));
            }
            if (op.residual()) {
              in.add(OpChecks.values(5, b, l, n));
            }
            OpChecks.assertAgrees(op, TOLERANCE, TOLERANCE, in.toArray(Operand[]::new));
          }
        }
      }
    }
  }

  @Test
  void preparingTwiceChangesNothing() {
    Buffer w = Samples.weight(DType.BF16, 70, 70 * 20, 1);
    Buffer prepared = CpuBackend.INSTANCE.prepare(w, Shape.of(70, 20));
    assertThat(prepared).isInstanceOf(PackedWeight.class);
    assertThat(CpuBackend.INSTANCE.prepare(prepared, Shape.of(70, 20))).isSameAs(prepared);
  }
}
