package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.Samples.assertClose;
import static io.nextscale.tensor.cpu.Samples.assertSameBits;
import static io.nextscale.tensor.cpu.Samples.weight;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.spi.HostBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;

class GemmTest {

  /**
   * 2000 products of deviation 1: the sum is near 45, its rounding error below 1e-6 of sum |a b|.
   */
  private static final double SUM_TOLERANCE = 1e-4;

  private final Gemm gemm = new Gemm(CpuKernels.ACTIVE.tiles());

  @ParameterizedTest(name = "M {0}, N {1}, K {2}")
  @CsvSource({
    "1,1,1", "1,64,64", "2,63,65", "3,65,63", "5,33,17", "6,64,1024", "7,100,1025", "12,31,70",
    "13,129,33", "18,16,2049", "64,160,100", "100,97,64", "200,48,20", "3,7,0", "0,5,5", "5,0,5"
  })
  void productsOfAllFormsFollowTheDefinition(int m, int n, int k) {
    float[] x = Samples.values(m * k, 1);
    float[] w = Samples.values(n * k, 2);
    double[] expected = product(m, n, k, x, w);
    for (HostBuffer weight :
        new HostBuffer[] {new HostBuffer.F32(w), gemm.pack(n, k, new HostBuffer.F32(w))}) {
      float[] y = new float[m * n];
      gemm.linear(m, n, k, x, weight, Epilogue.NONE, y);
      assertClose(y, expected, SUM_TOLERANCE, SUM_TOLERANCE, "linear");
      // and the bits: one chain of fma per output
      assertSameBits(y, chains(m, n, k, x, w), "chains of fma");
    }
    for (boolean aTransposed : new boolean[] {false, true}) {
      for (boolean bTransposed : new boolean[] {false, true}) {
        float[] y = new float[m * n];
        gemm.multiply(
            1,
            m,
            n,
            k,
            aTransposed ? transposed(m, k, x) : x,
            aTransposed,
            bTransposed ? w : transposed(n, k, w),
            bTransposed,
            false,
            y);
        assertSameBits(y, chains(m, n, k, x, w), "multiply " + aTransposed + " " + bTransposed);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16", "F16"})
  void weightsOfAnyTypeEqualTheirWidenedForm(DType type) {
    int n = 83;
    int k = 1100;
    HostBuffer w = weight(type, n, n * k, 3);
    for (int m : new int[] {1, 4, 13, 40}) {
      float[] x = Samples.values(m * k, 4);
      float[] expected = new float[m * n];
      gemm.linear(m, n, k, x, new HostBuffer.F32(w.toFloats()), Epilogue.NONE, expected);
      for (HostBuffer weight : new HostBuffer[] {w, gemm.pack(n, k, w)}) {
        float[] y = new float[m * n];
        gemm.linear(m, n, k, x, weight, Epilogue.NONE, y);
        assertSameBits(y, expected, type + " M " + m);
      }
    }
  }

  @Test
  void byteWeightsAreSummedAsIntegersAndScaledOnce() {
    int n = 70;
    int k = 1100;
    HostBuffer.I8 w = (HostBuffer.I8) weight(DType.I8, n, n * k, 3);
    float[] integers = new float[n * k];
    for (int i = 0; i < integers.length; i++) {
      integers[i] = w.values()[i];
    }
    float[] bias = Samples.values(n, 9);
    for (int m : new int[] {1, 13}) {
      float[] x = Samples.values(m * k, 4);
      float[] expected = chains(m, n, k, x, integers);
      for (int i = 0; i < expected.length; i++) {
        expected[i] = expected[i] * w.rowScale()[i % n] + bias[i % n];
      }
      for (HostBuffer weight : new HostBuffer[] {w, gemm.pack(n, k, w)}) {
        float[] y = new float[m * n];
        gemm.linear(m, n, k, x, weight, Epilogue.bias(bias), y);
        assertSameBits(y, expected, "M " + m);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16", "F16", "I8"})
  void packedWeightsUnpackExactly(DType type) {
    for (int n : new int[] {1, 31, 64, 65, 100, 160}) {
      HostBuffer w = weight(type, n, n * 37, 5);
      PackedWeight packed = gemm.pack(n, 37, w);
      assertThat(packed.type()).isEqualTo(type);
      assertThat(packed.size()).isEqualTo(n * 37);
      assertThat(packed.unpacked().getClass()).isEqualTo(w.getClass());
      assertSameBits(packed.toFloats(), w.toFloats(), type + " N " + n);
    }
  }

  @ParameterizedTest
  @NullSource
  @EnumSource(Activation.class)
  void epiloguesFollowTheirFormula(@Nullable Activation activation) {
    int m = 22;
    int n = 75;
    int k = 40;
    float[] x = Samples.values(m * k, 1);
    HostBuffer w = new HostBuffer.F32(Samples.values(n * k, 2));
    float[] bias = Samples.values(n, 3);
    float[] residual = Samples.values(m * n, 4);
    int rowsPerGate = 5;
    float[] gate = Samples.values((m + rowsPerGate - 1) / rowsPerGate * n, 5);
    float[] sums = new float[m * n];
    gemm.linear(m, n, k, x, w, Epilogue.NONE, sums);
    for (int parts = 0; parts < 8; parts++) {
      float[] b = (parts & 1) != 0 ? bias : null;
      float[] g = (parts & 2) != 0 ? gate : null;
      float[] r = (parts & 4) != 0 ? residual : null;
      float[] expected = new float[m * n];
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          float v = sums[i * n + j];
          v = b == null ? v : v + b[j];
          if (activation != null) {
            float[] one = {v};
            new ScalarActivationKernels().apply(activation, one, one, 0, 1);
            v = one[0];
          }
          float scale = g == null ? 1 : g[i / rowsPerGate * n + j];
          expected[i * n + j] = r == null ? scale * v : Math.fma(scale, v, r[i * n + j]);
        }
      }
      float[] y = new float[m * n];
      gemm.linear(m, n, k, x, w, new Epilogue(b, activation, g, rowsPerGate, r), y);
      assertSameBits(y, expected, activation + " parts " + parts);
    }
  }

  @Test
  void aRowHasTheSameBitsInAnyCompany() {
    int n = 200;
    int k = 130;
    int m = 100;
    float[] x = Samples.values(m * k, 6);
    HostBuffer w = gemm.pack(n, k, weight(DType.BF16, n, n * k, 7));
    float[] all = new float[m * n];
    gemm.linear(m, n, k, x, w, Epilogue.NONE, all);
    for (int i = 0; i < m; i++) {
      float[] alone = new float[n];
      gemm.linear(1, n, k, Arrays.copyOfRange(x, i * k, (i + 1) * k), w, Epilogue.NONE, alone);
      assertSameBits(alone, Arrays.copyOfRange(all, i * n, (i + 1) * n), "row " + i);
    }
  }

  @Test
  void batchesAreProductsOneByOne() {
    int batch = 3;
    int m = 20;
    int n = 70;
    int k = 33;
    float[] a = Samples.values(batch * m * k, 8);
    float[] b = Samples.values(batch * k * n, 9);
    float[] c = new float[batch * m * n];
    gemm.multiply(batch, m, n, k, a, true, b, false, false, c);
    for (int i = 0; i < batch; i++) {
      float[] one = new float[m * n];
      gemm.multiply(
          1,
          m,
          n,
          k,
          Arrays.copyOfRange(a, i * m * k, (i + 1) * m * k),
          true,
          Arrays.copyOfRange(b, i * k * n, (i + 1) * k * n),
          false,
          false,
          one);
      assertSameBits(one, Arrays.copyOfRange(c, i * m * n, (i + 1) * m * n), "product " + i);
    }
  }

  @Test
  void infinitiesAndNansTravelThrough() {
    float[] x = {1, 1, Float.POSITIVE_INFINITY, 1, Float.NaN, 1};
    float[] w = {1, 1, -1, 1, 0, 1};
    float[] y = new float[9];
    gemm.linear(3, 3, 2, x, new HostBuffer.F32(w), Epilogue.NONE, y);
    float inf = Float.POSITIVE_INFINITY;
    float nan = Float.NaN;
    assertThat(y).containsExactly(2, 0, 1, inf, -inf, nan, nan, nan, nan);
  }

  private static double[] product(int m, int n, int k, float[] x, float[] w) {
    double[] y = new double[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        for (int l = 0; l < k; l++) {
          y[i * n + j] += (double) x[i * k + l] * w[j * k + l];
        }
      }
    }
    return y;
  }

  private static float[] chains(int m, int n, int k, float[] x, float[] w) {
    float[] y = new float[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        float sum = 0;
        for (int l = 0; l < k; l++) {
          sum = Math.fma(x[i * k + l], w[j * k + l], sum);
        }
        y[i * n + j] = sum;
      }
    }
    return y;
  }

  private static float[] transposed(int rows, int columns, float[] x) {
    float[] y = new float[x.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        y[j * rows + i] = x[i * columns + j];
      }
    }
    return y;
  }
}
