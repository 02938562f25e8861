package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.ArithmeticKernels.ARITHMETIC;
import static io.nextscale.tensor.cpu.Samples.assertSameBits;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BroadcastBitsTest {

  private static final ArithmeticKernels SCALAR = new ScalarArithmeticKernels();

  @ParameterizedTest
  @EnumSource(Arithmetic.class)
  void rowsHaveTheBitsOfTheScalarForm(Arithmetic f) {
    for (int n : Samples.LENGTHS) {
      for (int seed = 0; seed < 8; seed++) {
        float[] a = Samples.withSpecialValues(n + 3, seed);
        float[] b = Samples.withSpecialValues(n + 3, seed + 100);
        float[] actual = new float[3 * n];
        float[] expected = new float[3 * n];
        for (int i = 0; i < 2; i++) {
          ArithmeticKernels k = i == 0 ? ARITHMETIC : SCALAR;
          float[] y = i == 0 ? actual : expected;
          k.rows(f, a, 3, b, 1, y, 0, n);
          k.rowAndScalar(f, a, 2, b[0], y, n, n);
          k.scalarAndRow(f, a[0], b, 2, y, 2 * n, n);
        }
        assertSameBits(actual, expected, f + " of " + n);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Arithmetic.class)
  void anyThreadCountGivesTheSameBits(Arithmetic f) {
    float[] a = Samples.values(3 * 20_000, 1);
    float[] b = Samples.values(20_000, 2);
    Samples.assertSameBitsForAnyThreadCount(
        () -> {
          float[] y = new float[a.length];
          Broadcast.apply(ARITHMETIC, f, a, new int[] {3, 20_000}, b, new int[] {1, 20_000}, y);
          return y;
        },
        f.toString());
  }
}
