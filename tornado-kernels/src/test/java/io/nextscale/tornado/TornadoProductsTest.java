package io.nextscale.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.MatrixProduct;
import io.nextscale.tensor.op.MatrixProduct.Activation;
import io.nextscale.tensor.op.Op;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.tensor.spi.BackendProvider;
import io.nextscale.tensor.spi.Operand;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Products by cuBLAS: of the stand-in, which is one of matrices by columns, or the real one. */
class TornadoProductsTest {

  /** Shapes of one product: M, N, K. */
  private static final int[][] SHAPES = {
    {1, 1, 1}, {3, 5, 7}, {64, 65, 33}, {1, 130, 97}, {17, 33, 1}, {130, 1, 64}
  };

  private final RandomStream random = RandomStream.of(20251122).split("products");

  private Tensor normal(int... dims) {
    return Tensor.normal(Shape.of(dims), 0, 1, random);
  }

  private static Backend open(Precision precision) {
    return Libraries.open(precision.name().toLowerCase(Locale.ROOT));
  }

  /** Operands as the option says they are rounded. */
  private static Tensor rounded(Tensor x, Precision precision) {
    return switch (precision) {
      case F32 -> x;
      case TF32 -> {
        float[] values = x.toArray();
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.intBitsToFloat(Float.floatToIntBits(values[i]) + 0x1000 & ~0x1fff);
        }
        yield Tensor.of(x.shape(), values);
      }
      case BF16 -> x.to(DType.BF16).to(DType.F32);
      case F16 -> x.to(DType.F16).to(DType.F32);
    };
  }

  /**
   * As a share of the largest: sums in another order; how an NVIDIA device rounds to TF32; BF16.
   */
  private static double tolerance(Precision precision) {
    return switch (precision) {
      case F32, F16 -> 1e-5;
      case TF32 -> Libraries.STAND_IN ? 1e-5 : 2e-3;
      case BF16 -> 0x1p-7;
    };
  }

  private static Tensor on(Backend backend, Op op, Tensor... in) {
    return Tensor.apply(
            op, Arrays.stream(in).map(tensor -> tensor.to(backend)).toArray(Tensor[]::new))
        .to(Backends.cpu());
  }

  /** The largest difference as a share of the largest value. */
  private static double difference(Tensor actual, Tensor expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    float[] a = actual.toArray();
    float[] e = expected.toArray();
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < e.length; i++) {
      largest = Math.max(largest, Math.abs(e[i]));
      difference = a[i] == e[i] ? difference : Math.max(difference, Math.abs(a[i] - e[i]));
      assertThat(a[i]).isNotNaN();
    }
    return largest == 0 ? difference : difference / largest;
  }

  /** Alone and in batches, of one B for all and of one for each. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void productsAreThoseOfRoundedOperands(Precision precision) {
    try (Backend device = open(precision)) {
      for (int[] shape : SHAPES) {
        for (boolean transposeA : new boolean[] {false, true}) {
          for (boolean transposeB : new boolean[] {false, true}) {
            for (int batches : new int[] {1, 3}) {
              Op op = new MatrixProduct.MatMul(transposeA, transposeB);
              int m = shape[0];
              int n = shape[1];
              int k = shape[2];
              Tensor a = transposeA ? normal(batches, k, m) : normal(batches, m, k);
              Tensor b = transposeB ? normal(batches, n, k) : normal(batches, k, n);
              check(device, precision, op, a, b);
              check(device, precision, op, a, b.slice(0, 0, 1).reshape(b.shape().dropFirst(1)));
            }
          }
        }
      }
    }
  }

  private void check(Backend device, Precision precision, Op op, Tensor a, Tensor b) {
    Tensor expected = Tensor.apply(op, rounded(a, precision), rounded(b, precision));
    assertThat(difference(on(device, op, a, b), expected))
        .as("%s of %s and %s in %s", op, a.shape(), b.shape(), precision)
        .isLessThanOrEqualTo(tolerance(precision));
  }

  /** Weights of every type, with all that a linear layer may do to its sums. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void linearLayersTakeWeightsOfEveryType(Precision precision) {
    Tensor x = normal(2, 9, 40);
    Tensor bias = normal(70);
    Tensor gate = normal(2, 1, 70);
    Tensor residual = normal(2, 9, 70);
    try (Backend device = open(precision)) {
      for (DType type : new DType[] {DType.F32, DType.BF16, DType.F16, DType.I8}) {
        Tensor w = normal(70, 40).times(0.2f).to(type);
        Tensor expectedW = type == DType.I8 ? w : rounded(w.to(DType.F32), precision);
        for (Activation activation : Activation.values()) {
          Op op = new MatrixProduct.Linear(true, activation, true, true);
          Tensor expected =
              Tensor.apply(op, rounded(x, precision), expectedW, bias, gate, residual);
          assertThat(difference(on(device, op, x, w, bias, gate, residual), expected))
              .as("%s with weights of %s in %s", op, type, precision)
              .isLessThanOrEqualTo(tolerance(precision));
        }
        Op plain = new MatrixProduct.Linear(false, Activation.NONE, false, false);
        Tensor expected = Tensor.apply(plain, rounded(x, precision), expectedW);
        assertThat(difference(on(device, plain, x, w), expected))
            .as("weights of %s in %s", type, precision)
            .isLessThanOrEqualTo(tolerance(precision));
      }
    }
  }

  /** What is not asked for is not lost. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void roundsNoMoreThanIsAskedFor(Precision precision) {
    Tensor a = normal(40, 50);
    Tensor b = normal(50, 60);
    try (Backend device = open(precision)) {
      double lost =
          difference(on(device, new MatrixProduct.MatMul(false, false), a, b), a.matmul(b));
      if (precision == Precision.F32) {
        assertThat(lost).isLessThan(1e-6);
      } else {
        assertThat(lost).isBetween(2e-5, precision == Precision.BF16 ? 1e-2 : 1e-3);
      }
    }
  }

  @Test
  void emptyProductsAreThoseOfTheCpu() {
    try (Backend device = open(Precision.F32)) {
      Op op = new MatrixProduct.MatMul(false, false);
      assertThat(on(device, op, normal(3, 0), normal(0, 4)).toArray()).hasSize(12).containsOnly(0);
      assertThat(on(device, op, normal(0, 3), normal(3, 4)).shape()).isEqualTo(Shape.of(0, 4));
    }
  }

  private static Tensor layers(Tensor x, Tensor w, int count) {
    Tensor y = x;
    for (int i = 0; i < count; i++) {
      y = y.layerNorm(1e-6f).linear(w, null, Activation.GELU, null, y).tanh();
    }
    return y;
  }

  /** Calls of the library are tasks among kernels: extents are those of each execution. */
  @Test
  void oneGraphServesProductsOfAllShapes() {
    Tensor w = normal(16, 16).times(0.3f);
    try (Backend device = open(Precision.F32)) {
      TornadoBackend backend = (TornadoBackend) device;
      Tensor there = w.to(device);
      for (int rows : new int[] {5, 5, 5, 1, 70}) {
        Traffic.Count before = backend.traffic();
        Tensor x = normal(rows, 16);
        assertThat(difference(layers(x.to(device), there, 9).to(Backends.cpu()), layers(x, w, 9)))
            .as("%d rows", rows)
            .isLessThan(2e-5);
        if (rows != 5) {
          assertThat(backend.traffic().since(before).graphs()).isZero();
        }
      }
    }
  }

  private static BackendProvider provider() {
    return Backends.providers().stream()
        .filter(p -> p.name().equals("tornado"))
        .findAny()
        .orElseThrow();
  }

  @Test
  void libraryIsTheDefaultWhereThereIsOneAndDescribed() {
    for (String option : new String[] {"auto", "f32", "own", "tf32"}) {
      try (Backend device = Libraries.open(option)) {
        String expected =
            switch (option) {
              case "own" -> "products by own kernels";
              case "tf32" -> "products by cuBLAS in tf32";
              default -> "products by cuBLAS in f32";
            };
        assertThat(device.describe()).as(option).endsWith("), " + expected);
      }
    }
  }

  @Test
  void devicesOfTheStandInThatHaveNoLibraryHaveOwnKernels() {
    assumeTrue(Libraries.STAND_IN, "what TornadoVM found here is as it is");
    assertThat(provider().describe("tornado:0:0")).endsWith("), products by own kernels");
    assertThatThrownBy(() ->
            Libraries.with(
                TornadoBackendProvider.PRODUCTS, "bf16", () -> provider().open("tornado:0:0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "gpu-products, io.nextscale.gpu.products: auto or own on stand-in, which has no cuBLAS:"
                + " it is no CUDA device of NVIDIA's; got bf16");
    Libraries.with(
        "tornado.standin.cuda",
        "true",
        () -> {
          assertThat(provider().describe("tornado:1:1"))
              .endsWith(
                  "), products by own kernels, without cuBLAS: library: one that is called"
                      + " nvidia/cublas and works on stand-in; got none");
          try (Backend device = provider().open("tornado:1:1")) {
            Tensor a = normal(3, 4);
            assertThat(a.to(device).matmulT(a.to(device)).toArray())
                .hasSameSizeAs(a.matmulT(a).toArray());
          }
          return true;
        });
  }

  @Test
  void otherOptionsAreRefused() {
    assertThatThrownBy(() ->
            Libraries.with(
                TornadoBackendProvider.PRODUCTS, "fp16", () -> provider().open("tornado:0:0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "gpu-products, io.nextscale.gpu.products: one of auto, own, f32, tf32, bf16, f16; got"
                + " fp16");
  }

  /** An operand behind the end of the memory. */
  @Test
  void failureNamesTheKernelAndTheOptions() {
    assumeTrue(Libraries.STAND_IN, "a device reads what is behind its memory");
    try (Backend device = open(Precision.F32)) {
      Tensor x = normal(4, 4).to(device);
      Tensor y = x.matmul(x);
      DeviceBuffer beyond = new DeviceBuffer(DType.F32, 16, Integer.MAX_VALUE - 100, -1, 0);
      Operand[] in = {new Operand(beyond, x.shape()), new Operand(x.buffer(), x.shape())};
      device.run(new MatrixProduct.MatMul(false, false), in, new Operand(y.buffer(), x.shape()));
      assertThatThrownBy(y::toArray)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith(
              "tornado: kernel kLibraryProduct of matMul to run on tornado:1:0; got ")
          .hasMessageContaining("an address of memory")
          .hasMessageEndingWith(" — run with --gpu-products own or --device cpu");
    }
  }
}
