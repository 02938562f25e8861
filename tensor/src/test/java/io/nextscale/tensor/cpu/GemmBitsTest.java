package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.Samples.assertSameBits;
import static io.nextscale.tensor.cpu.Samples.assertSameBitsForAnyThreadCount;
import static io.nextscale.tensor.cpu.Samples.weight;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.spi.HostBuffer;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GemmBitsTest {

  private final Tiles active = CpuKernels.ACTIVE.tiles();
  private final Tiles scalar = new ScalarTiles();

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16", "F16", "I8"})
  void linearHasTheBitsOfTheScalarKernels(DType type) {
    for (int m : new int[] {1, 2, 7, 18, 41}) {
      int n = 99;
      int k = 77;
      float[] x = Samples.values(m * k, 1);
      HostBuffer w = weight(type, n, n * k, 2);
      Epilogue epilogue =
          Epilogue.bias(Samples.values(n, 3))
              .withActivation(Activation.GELU_TANH)
              .withGate(Samples.values((m + 1) / 2 * n, 4), 2)
              .withResidual(Samples.values(m * n, 5));
      assertSameBits(
          linear(active, m, n, k, x, w, epilogue),
          linear(scalar, m, n, k, x, w, epilogue),
          type + " M " + m);
    }
  }

  @ParameterizedTest(name = "M {0}, N {1}, K {2}")
  @CsvSource({"1,3072,64", "200,160,90", "700,33,50", "13,513,1030"})
  void linearHasTheSameBitsOnAnyNumberOfThreads(int m, int n, int k) {
    float[] x = Samples.values(m * k, 1);
    HostBuffer w = weight(DType.BF16, n, n * k, 2);
    HostBuffer packed = new Gemm(active).pack(n, k, w);
    assertSameBitsForAnyThreadCount(
        () -> linear(active, m, n, k, x, w, Epilogue.NONE), "weight as stored");
    assertSameBitsForAnyThreadCount(
        () -> linear(active, m, n, k, x, packed, Epilogue.NONE), "packed weight");
  }

  @Test
  void multiplyHasTheBitsOfTheScalarKernelsOnAnyNumberOfThreads() {
    int batch = 2;
    int m = 131;
    int n = 85;
    int k = 70;
    float[] a = Samples.values(batch * m * k, 1);
    float[] b = Samples.values(batch * n * k, 2);
    for (boolean aTransposed : new boolean[] {false, true}) {
      for (boolean bTransposed : new boolean[] {false, true}) {
        Function<Tiles, float[]> product =
            tiles -> {
              float[] c = new float[batch * m * n];
              new Gemm(tiles).multiply(batch, m, n, k, a, aTransposed, b, bTransposed, false, c);
              return c;
            };
        String forms = "transposed " + aTransposed + ", " + bTransposed;
        assertSameBits(product.apply(active), product.apply(scalar), forms);
        assertSameBitsForAnyThreadCount(() -> product.apply(active), forms);
      }
    }
  }

  @Test
  void wideningIsExactForAllBitPatterns() {
    short[] bits = new short[1 << 16];
    byte[] bytes = new byte[1 << 16];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < bits.length; i++) {
      bits[i] = (short) i;
      bytes[i] = (byte) random.nextInt();
    }
    int from = 3; // rows of odd length begin anywhere
    int count = bits.length - from;
    float[] y = new float[count + 2];
    float[] expected = new float[count + 2];
    active.widenBf16(bits, from, y, 2, count);
    scalar.widenBf16(bits, from, expected, 2, count);
    assertSameBits(y, expected, "bf16");
    active.widenF16(bits, from, y, 2, count);
    scalar.widenF16(bits, from, expected, 2, count);
    assertSameBits(y, expected, "f16");
    active.widenI8(bytes, from, y, 2, count);
    scalar.widenI8(bytes, from, expected, 2, count);
    assertSameBits(y, expected, "i8");
  }

  private static float[] linear(
      Tiles tiles, int m, int n, int k, float[] x, HostBuffer w, Epilogue epilogue) {
    float[] y = new float[m * n];
    new Gemm(tiles).linear(m, n, k, x, w, epilogue, y);
    return y;
  }
}
