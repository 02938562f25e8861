package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.ArithmeticKernels.ARITHMETIC;
import static io.nextscale.tensor.cpu.RowKernels.ROWS;
import static io.nextscale.tensor.cpu.Samples.assertSameBits;
import static io.nextscale.tensor.cpu.Samples.assertSameBitsForAnyThreadCount;

import io.nextscale.tensor.op.Resampling.Mode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Losses, sampling, lookups and resampling: same bits on vectors, scalars and any thread count. */
class RowDataBitsTest {

  /** The kernels of one instruction set. */
  private record Set(RowKernels rows, ArithmeticKernels arithmetic, CpuKernels heavy) {}

  /** A kernel under test, on rows of n numbers and an index below n for each row. */
  private interface Kernel {
    float[] apply(Set k, float[] x, int[] index, int rows, int n);
  }

  private static final Set ACTIVE = new Set(ROWS, ARITHMETIC, CpuKernels.ACTIVE);

  private static final Set SCALAR =
      new Set(new ScalarRowKernels(), new ScalarArithmeticKernels(), CpuKernels.scalar());

  private static Map<String, Kernel> kernels() {
    Map<String, Kernel> map = new LinkedHashMap<>();
    map.put(
        "crossEntropy",
        (k, x, index, rows, n) -> {
          float[] loss = new float[rows];
          CrossEntropy.loss(k.rows, x, index, n, 0.1f, loss);
          return loss;
        });
    map.put(
        "crossEntropyGrad",
        (k, x, index, rows, n) -> {
          float[] dx = new float[rows * n];
          float[] dy = Arrays.copyOf(x, rows);
          CrossEntropy.grad(k.rows, k.arithmetic, x, index, dy, n, 0.1f, dx);
          return dx;
        });
    map.put(
        "topKTopP",
        (k, x, index, rows, n) -> {
          float[] y = new float[rows * n];
          TokenFilter.topKTopP(k.rows, x, rows, n, n / 2, 0.9f, y);
          return y;
        });
    map.put(
        "draw",
        (k, x, index, rows, n) -> {
          float[] q = new float[rows * n];
          for (int i = 0; i < q.length; i++) {
            q[i] = ScalarMath.exp(x[i]);
          }
          int[] drawn = new int[rows];
          TokenDraw.draw(k.rows, x, TokenDraw.maxima(k.rows, x, rows, n), q, n, drawn);
          return floats(drawn);
        });
    map.put(
        "scatterAdd",
        (k, x, index, rows, n) -> {
          float[] table = new float[n * n];
          TableRows.scatterAdd(k.rows, index, x, n, table);
          return table;
        });
    map.put(
        "nearest code",
        (k, x, index, rows, n) -> {
          int codes = rows / 2;
          float[] codebook = Arrays.copyOfRange(x, (rows - codes) * n, rows * n);
          int[] nearest = new int[rows];
          NearestCodes.euclidean(k.heavy, k.rows, k.arithmetic, x, codebook, codes, n, nearest);
          int[] byAngle = new int[rows];
          NearestCodes.cosine(k.heavy, k.rows, x, codebook, codes, n, 1e-12f, byAngle);
          float[] both = Arrays.copyOf(floats(nearest), 2 * rows);
          System.arraycopy(floats(byAngle), 0, both, rows, rows);
          return both;
        });
    for (Mode mode : Mode.values()) {
      map.put(
          mode.toString(),
          (k, x, index, rows, n) -> {
            float[] y = new float[5 * 7 * n];
            Resample.resize(k.rows, mode, x, 1, 4, rows / 4, n, 5, 7, y);
            return y;
          });
      map.put(
          mode + " gradient",
          (k, x, index, rows, n) -> {
            float[] y = new float[5 * 7 * n];
            Resample.resizeGrad(k.rows, mode, x, 1, 4, rows / 4, n, 5, 7, y);
            return y;
          });
    }
    return map;
  }

  @Test
  void vectorsHaveTheBitsOfTheScalarForm() {
    int rows = 8;
    kernels()
        .forEach((name, kernel) -> {
          for (int n : Samples.LENGTHS) {
            float[] x = Samples.values(rows * n, n);
            int[] index = Samples.indices(rows, n, n);
            assertSameBits(
                kernel.apply(ACTIVE, x, index, rows, n),
                kernel.apply(SCALAR, x, index, rows, n),
                name + " of " + n);
          }
        });
  }

  @Test
  void anyThreadCountGivesTheSameBits() {
    int rows = 640;
    int n = 200;
    float[] x = Samples.values(rows * n, 1);
    int[] index = Samples.indices(rows, n, 2);
    kernels()
        .forEach((name, kernel) ->
            assertSameBitsForAnyThreadCount(() -> kernel.apply(ACTIVE, x, index, rows, n), name));
  }

  private static float[] floats(int[] x) {
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i];
    }
    return y;
  }
}
