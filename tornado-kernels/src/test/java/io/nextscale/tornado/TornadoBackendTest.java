package io.nextscale.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Tracer;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.op.MatrixProduct.Activation;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.tensor.spi.BackendProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs of tensors on a device, and what they are told when it cannot do something. */
class TornadoBackendTest {

  /** Chains of products and normalisations of order 1, each good to some ulp. */
  private static final float CLOSE = 2e-5f;

  private static Backend device = Backends.cpu();

  private final RandomStream random = RandomStream.of(20251121).split("tornado");

  @BeforeAll
  static void open() {
    device = Backends.open("tornado");
  }

  @AfterAll
  static void close() {
    device.close();
    device = Backends.cpu(); // lets go of its memory
  }

  private Tensor normal(int... dims) {
    return Tensor.normal(Shape.of(dims), 0, 1, random);
  }

  /** The same program here and there. */
  private static void assertSame(Function<Backend, Tensor> program) {
    float[] expected = program.apply(Backends.cpu()).toArray();
    float[] actual = program.apply(device).toArray();
    assertThat(actual).hasSameSizeAs(expected);
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i])
          .as("element %d", i)
          .isCloseTo(expected[i], org.assertj.core.data.Offset.offset(CLOSE * largest));
    }
  }

  @Test
  void isFoundByServiceLoader() {
    BackendProvider provider =
        Backends.providers().stream()
            .filter(p -> p.name().equals("tornado"))
            .findAny()
            .orElseThrow();
    assertThat(provider.devices()).contains("tornado:0:0");
    assertThat(provider.unavailableReason()).isEmpty();
    assertThat(device.name()).isEqualTo("tornado:0:0");
    assertThat(device.describe()).contains(" by ").isEqualTo(provider.describe("tornado:0:0"));
    assertThatThrownBy(() -> provider.open("tornado:7:0"))
        .hasMessageStartingWith("device: one of tornado:0:0")
        .hasMessageEndingWith("; got tornado:7:0");
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void whatGoesUpComesDown(DType type) {
    Tensor there;
    if (type == DType.I32) {
      there = Tensor.ofInts(Shape.of(3), 5, -7, Integer.MIN_VALUE);
      assertThat(there.to(device).to(Backends.cpu()).toInts()).isEqualTo(there.toInts());
    } else {
      there = normal(7, 300).to(type);
      assertThat(there.to(device).to(Backends.cpu()).toArray()).isEqualTo(there.toArray());
    }
  }

  /** Random bits, the neighbourhood of every power of two of binary16, and what is no number. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"BF16", "F16"})
  void roundingToSixteenBitsIsThatOfTheHost(DType type) {
    float[] values = new float[6000];
    for (int i = 0; i < values.length; i++) {
      int bits = (int) random.nextLong();
      if (i % 3 == 1) { // on ties and beside them, subnormal ones included
        bits = (100 + random.nextInt(46) << 23) + (random.nextInt(1 << 12) << 11) - 1 + i % 2;
      }
      values[i] = Float.intBitsToFloat(bits);
    }
    float[] special = {0f, -0f, 65504, 65519.996f, 65520, -65536, 0x1p-25f, 0x1.000002p-25f};
    System.arraycopy(special, 0, values, 0, special.length);
    values[special.length] = Float.NEGATIVE_INFINITY;
    values[special.length + 1] = Float.NaN;
    Tensor x = Tensor.of(Shape.of(values.length - 1), Arrays.copyOf(values, values.length - 1));
    float[] there = x.to(device).to(type).to(Backends.cpu()).toArray();
    float[] here = x.to(type).toArray();
    for (int i = 0; i < here.length; i++) {
      assertThat(Float.floatToIntBits(there[i])) // any NaN is as good as another
          .as("%s from %a", type, values[i])
          .isEqualTo(Float.floatToIntBits(here[i]));
    }
  }

  @Test
  void longTensorsTravelInPieces() {
    Tensor x = Tensor.uniform(Shape.of((1 << 20) + 1500), -1, 1, random);
    assertThat(x.to(device).toArray()).isEqualTo(x.toArray());
    assertThat(x.to(device).negate().toArray()).isEqualTo(x.negate().toArray());
  }

  @Test
  void transformerBlockIsTheSame() {
    Tensor x = normal(2, 5, 32);
    Tensor scale = normal(2, 1, 32);
    Tensor shift = normal(2, 1, 32);
    Tensor qkv = normal(96, 32).times(0.2f).to(DType.BF16);
    Tensor fc1 = normal(128, 32).times(0.2f).to(DType.F16);
    Tensor fc2 = normal(32, 128).times(0.2f).to(DType.I8);
    assertSame(on -> {
      Tensor h = x.to(on).modulatedLayerNorm(scale.to(on), shift.to(on), 1e-6f);
      Tensor heads = h.linear(qkv.to(on).prepared(), null).reshape(2, 5, 6, 16);
      Tensor q = heads.slice(2, 0, 2).l2Normalize(1e-12f);
      Tensor k = heads.slice(2, 2, 4).l2Normalize(1e-12f);
      Tensor v = heads.slice(2, 4, 6);
      Tensor a = q.attention(List.of(k), List.of(v), null, 4f).reshape(2, 5, 32);
      Tensor y =
          a.linear(fc1.to(on), normalOf(on, 128), Activation.GELU, null, null)
              .linear(fc2.to(on), null, Activation.NONE, scale.to(on), x.to(on));
      return y.softmax();
    });
  }

  private static Tensor normalOf(Backend on, int n) {
    return Tensor.normal(Shape.of(n), 0, 1, RandomStream.of(3).split("bias")).to(on);
  }

  /** One scale after the other, as generation does it: each adds a chunk, and the graph stays. */
  @Test
  void cacheOfKeysGrowsWithoutCopies() {
    int[] scales = {1, 4, 9, 16, 25, 36};
    Tensor[] tokens = new Tensor[scales.length];
    for (int s = 0; s < scales.length; s++) {
      tokens[s] = normal(2, scales[s], 2, 64);
    }
    assertSame(on -> {
      List<Tensor> keys = new ArrayList<>();
      List<Tensor> values = new ArrayList<>();
      Tensor last = tokens[0].to(on);
      for (Tensor token : tokens) {
        keys.add(token.to(on));
        values.add(token.to(on).times(0.5f));
        last = token.to(on).attention(keys, values, null, 0.125f);
      }
      return last;
    });
  }

  @Test
  void gradientsAreTheSame() {
    Tensor x = normal(2, 6, 2, 16);
    Tensor w = normal(32, 32).times(0.2f);
    Tensor visible = Tensor.ofInts(Shape.of(6), 1, 3, 3, 6, 6, 6);
    for (int wanted = 0; wanted < 2; wanted++) {
      int index = wanted;
      assertSame(on -> {
        Tensor input = x.to(on);
        Tensor weight = w.to(on);
        Gradients gradients =
            Gradients.of(
                List.of(input, weight),
                () -> {
                  Tensor y = input.attention(List.of(input), List.of(input), visible.to(on), 0.25f);
                  return y.reshape(2, 6, 32).linear(weight, null).layerNorm(1e-6f).gelu().mean();
                });
        return java.util.Objects.requireNonNull(gradients.of(index == 0 ? input : weight));
      });
    }
  }

  /** Programs that move nothing run on the device as a whole, once it is the standard. */
  @Test
  void tensorsMadeFromValuesLiveOnTheStandardBackend() {
    Function<Integer, Tensor> program =
        seed -> {
          RandomStream stream = RandomStream.of(seed).split("standard");
          Tensor table = Tensor.normal(Shape.of(7, 4), 0, 1, stream).to(DType.BF16);
          Tensor rows = table.rows(Tensor.ofInts(Shape.of(3), 1, 5, 6)).plus(Tensor.scalar(0.5f));
          return rows.div(3).times(Tensor.ones(Shape.of(4)));
        };
    Tensor here = program.apply(3);
    Backends.setStandard(device);
    try {
      assertThat(Backends.standard()).isSameAs(device);
      Tensor there = program.apply(3);
      assertThat(there.backend()).isSameAs(device);
      assertThat(there.toArray()).isEqualTo(here.toArray());
    } finally {
      Backends.setStandard(Backends.cpu());
    }
    assertThat(program.apply(3).backend()).isSameAs(Backends.cpu());
  }

  @Test
  void gpuIsTheBestThatIsNotTheCpu() {
    String memory = System.setProperty(TornadoBackendProvider.MEMORY, "4m");
    try (Backend gpu = Backends.open("gpu")) {
      assertThat(gpu.name()).isEqualTo("tornado:0:0");
      assertThat(normal(5).to(gpu).negate().toArray()).hasSize(5);
    } finally {
      System.setProperty(TornadoBackendProvider.MEMORY, String.valueOf(memory));
    }
    assertThatThrownBy(() -> Backends.open("tpu"))
        .hasMessageStartingWith("device: one of auto, gpu, tornado:0:0")
        .hasMessageContaining("cpu; got tpu");
  }

  @Test
  void tracedProgramsAndWorkspacesRunThere() {
    Tensor x = normal(3, 8).to(device);
    Tensor w = normal(4, 8).to(device);
    float[] direct = x.matmulT(w).silu().toArray();
    Tensor traced =
        device.compile(Tracer.trace(List.of(x), () -> x.matmulT(w).silu())).run(List.of(x));
    assertThat(traced.toArray()).isEqualTo(direct);
    assertThat(Workspace.scope(() -> x.matmulT(w).silu()).toArray()).isEqualTo(direct);
  }

  @Test
  void memoryOfForgottenTensorsIsUsedAgain() {
    Shape large = Shape.of(4 << 20); // 16 MB of 144
    for (int i = 0; i < 40; i++) {
      assertThat(device.allocate(DType.F32, large).size()).isEqualTo(4 << 20);
    }
    Tensor x = normal(5).to(device);
    assertThat(x.plus(x).toArray()).isEqualTo(x.times(2f).toArray());
  }

  @Test
  void tooLittleMemoryNamesTheFlag() {
    Tensor x = Tensor.zeros(Shape.of(1)).to(device);
    assertThatThrownBy(() -> x.broadcastTo(Shape.of(60 << 20)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("tornado: memory for " + (60 << 20) + " words in one piece")
        .hasMessageContaining("--gpu-memory");
  }

  @Test
  void mixedOperandsAreAnError() {
    assertThatThrownBy(() -> normal(2).plus(normal(2).to(device)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "plus: operands on one backend; got cpu, tornado:0:0 — move one with to(backend)");
  }

  @Test
  void whatKernelsDoNotDoIsAnErrorAndNoFallback() {
    Tensor deep = normal(1, 2, 1, 2, 1, 2, 1).to(device);
    assertThatThrownBy(() -> deep.transpose(1, 3))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "permute: at most 6 axes on tornado:0:0; got (1, 2, 1, 2, 1, 2, 1) — run with --device"
                + " cpu");
  }

  @Test
  void wrongIndicesAndMasksAreExplainedAsOnTheCpu() {
    Tensor table = normal(4, 3).to(device);
    Tensor indices = Tensor.ofInts(Shape.of(2), 1, 4).to(device);
    assertThatThrownBy(() -> table.rows(indices))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("rows: indices in 0 .. 3; got 4 at position 1");
    Tensor q = normal(1, 2, 1, 4).to(device);
    Tensor visible = Tensor.ofInts(Shape.of(2), 1, 3).to(device);
    assertThatThrownBy(() -> q.attention(List.of(q), List.of(q), visible, 1))
        .hasMessageContaining("see 1 to 2 keys; got 3 for query 1");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, Float.NaN})
  void rowsThatNothingCanBeDrawnFromAreExplained(float value) {
    Tensor logits = Tensor.of(Shape.of(2, 3), 1, 2, 3, value, value, value).to(device);
    Tensor ones = Tensor.ones(Shape.of(2, 3)).to(device);
    assertThatThrownBy(() -> logits.draw(ones))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("largest logit is finite")
        .hasMessageContaining("in row 1");
  }

  @Test
  void bytesHaveUnits() {
    assertThat(TornadoBackendProvider.bytes("8g")).isEqualTo(8L << 30);
    assertThat(TornadoBackendProvider.bytes("512M")).isEqualTo(512L << 20);
    assertThat(TornadoBackendProvider.bytes("4096")).isEqualTo(4096);
    for (String wrong : List.of("", "g", "-1g", "0", "1.5g", "8gb", "99999999999g")) {
      assertThatThrownBy(() -> TornadoBackendProvider.bytes(wrong))
          .as(wrong)
          .hasMessageStartingWith("gpu-memory")
          .hasMessageEndingWith("; got " + wrong);
    }
  }
}
