package io.nextscale.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Attention;
import io.nextscale.tensor.op.Convolution;
import io.nextscale.tensor.op.Convolution.Padding;
import io.nextscale.tensor.op.Lookup;
import io.nextscale.tensor.op.MatrixProduct;
import io.nextscale.tensor.op.MatrixProduct.Activation;
import io.nextscale.tensor.op.Normalization;
import io.nextscale.tensor.op.Op;
import io.nextscale.tensor.op.Resampling;
import io.nextscale.tensor.op.Sampling;
import io.nextscale.tensor.spi.Backend;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kernels against the CPU's, on shapes around the borders of tiles and on those of the transformer
 * of depth 16 (C = 1024, 16 heads of 64, V = 4096) and of the decoder (160 to 640 channels), with
 * as many rows as the stand-in can do in a second or so.
 */
class RealShapesTest {

  /** Sums of up to 5760 products in another order: this share of the largest result. */
  private static final float CLOSE = 1e-5f;

  private static Backend device = Backends.cpu();

  private final RandomStream random = RandomStream.of(16).split("shapes");

  @BeforeAll
  static void open() {
    device = Backends.open("tornado");
  }

  @AfterAll
  static void close() {
    device.close();
    device = Backends.cpu(); // lets go of its memory
  }

  private Tensor normal(float std, int... dims) {
    return Tensor.normal(Shape.of(dims), 0, std, random);
  }

  private static void assertAgrees(Op op, Tensor... in) {
    Tensor expected = Tensor.apply(op, in);
    Tensor there =
        Tensor.apply(op, Arrays.stream(in).map(t -> t.to(device)).toArray(Tensor[]::new));
    assertThat(there.shape()).isEqualTo(expected.shape());
    if (expected.dtype() == DType.I32) {
      assertThat(there.toInts()).isEqualTo(expected.toInts());
      return;
    }
    float[] e = expected.toArray();
    float[] a = there.toArray();
    float largest = 0;
    for (float value : e) {
      largest = Math.max(largest, Float.isFinite(value) ? Math.abs(value) : 0);
    }
    for (int i = 0; i < e.length; i++) {
      boolean same = e[i] == a[i] || Math.abs(e[i] - a[i]) <= CLOSE * largest;
      if (!same) {
        fail("%s: element %d is %s, the CPU has %s; the largest is %s", op, i, a[i], e[i], largest);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "63,65,31", "64,64,32", "65,63,33", "1,130,97", "130,1,64", "17,33,1"})
  void productsAroundTileBorders(int m, int n, int k) {
    for (boolean transposeA : new boolean[] {false, true}) {
      for (boolean transposeB : new boolean[] {false, true}) {
        Tensor a = transposeA ? normal(1, k, m) : normal(1, m, k);
        Tensor b = transposeB ? normal(1, n, k) : normal(1, k, n);
        assertAgrees(new MatrixProduct.MatMul(transposeA, transposeB), a, b);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16", "F16", "I8"})
  void d16Qkv(DType type) {
    Tensor x = normal(1, 4, 1024);
    Tensor w = normal(0.03f, 3072, 1024).to(type);
    assertAgrees(new MatrixProduct.Linear(false, Activation.NONE, false, false), x, w);
  }

  @Test
  void d16Fc1() {
    Op op = new MatrixProduct.Linear(true, Activation.GELU, false, false);
    assertAgrees(op, normal(1, 2, 9, 1024), normal(0.03f, 4096, 1024), normal(1, 4096));
  }

  @Test
  void d16Fc2() {
    Op op = new MatrixProduct.Linear(true, Activation.NONE, true, true);
    Tensor x = normal(1, 2, 4, 4096);
    Tensor w = normal(0.02f, 1024, 4096);
    assertAgrees(op, x, w, normal(1, 1024), normal(1, 2, 1, 1024), normal(1, 2, 4, 1024));
  }

  @Test
  void d16Head() {
    Op op = new MatrixProduct.Linear(true, Activation.NONE, false, false);
    assertAgrees(op, normal(1, 16, 1024), normal(0.03f, 4096, 1024), normal(1, 4096));
  }

  @Test
  void d16Norms() {
    Tensor x = normal(1, 2, 25, 1024);
    Op op = new Normalization.ModulatedLayerNorm(1e-6f);
    assertAgrees(op, x, normal(1, 2, 1, 1024), normal(1, 2, 1, 1024));
    assertAgrees(new Normalization.LayerNormGrad(1e-6f), x, normal(1, 2, 25, 1024));
    assertAgrees(new Normalization.L2Normalize(1e-12f), normal(1, 2, 25, 16, 64));
  }

  @Test
  void decoderConvolutions() {
    Op op = new Convolution.Conv2d(1, Padding.same(3), true, true);
    Tensor w = normal(0.03f, 160, 160, 3, 3);
    assertAgrees(op, normal(1, 1, 16, 16, 160), w, normal(1, 160), normal(1, 1, 16, 16, 160));
    Op deep = new Convolution.Conv2d(1, Padding.same(3), true, false);
    assertAgrees(deep, normal(1, 1, 4, 4, 640), normal(0.01f, 320, 640, 3, 3), normal(1, 320));
  }

  /** One head of all 640 channels, and heads around the 256 that a group sums up. */
  @ParameterizedTest
  @CsvSource({"16,1,640", "3,2,256", "3,2,257", "5,1,512", "5,2,513"})
  void decoderAttention(int length, int heads, int channels) {
    Tensor[] in = new Tensor[4];
    Arrays.setAll(in, _ -> normal(1, 2, length, heads, channels));
    float scale = (float) (1 / Math.sqrt(channels));
    assertAgrees(new Attention.ScaledDotProduct(scale, 1, false), in[0], in[1], in[2]);
    assertAgrees(new Attention.ScaledDotProductGrad(scale, false), in);
    int[] seen = new int[length];
    Arrays.setAll(seen, i -> 1 + i);
    Tensor visible = Tensor.ofInts(Shape.of(length), seen);
    assertAgrees(new Attention.ScaledDotProduct(scale, 1, true), in[0], in[1], in[2], visible);
    assertAgrees(
        new Attention.ScaledDotProductGrad(scale, true), in[0], in[1], in[2], in[3], visible);
  }

  @Test
  void decoderGroupNorm() {
    Op op = new Normalization.GroupNorm(32, 1e-6f, true);
    assertAgrees(op, normal(1, 1, 64, 64, 160), normal(1, 160), normal(1, 160));
  }

  @Test
  void codebook() {
    Tensor codes = normal(1, 4096, 32);
    assertAgrees(new Lookup.NearestCode(Lookup.Metric.EUCLIDEAN), normal(1, 2, 64, 32), codes);
    assertAgrees(new Lookup.NearestCode(Lookup.Metric.COSINE), normal(1, 2, 64, 32), codes);
    int[] tokens = new int[300];
    Arrays.setAll(tokens, _ -> random.nextInt(4096));
    assertAgrees(new Lookup.Rows(), codes, Tensor.ofInts(Shape.of(300), tokens));
  }

  @ParameterizedTest
  @CsvSource({"16,1", "16,13", "13,16", "1,16", "10,16"})
  void scalesOfThePyramid(int from, int to) {
    Tensor x = normal(1, 2, from, from, 32);
    assertAgrees(new Resampling.Resize(Resampling.Mode.AREA, to, to), x);
    assertAgrees(new Resampling.Resize(Resampling.Mode.BICUBIC, to, to), x);
  }

  /** With the settings of the paper; a tie of sums would show as another set of removed logits. */
  @Test
  void samplingOfFourThousandTokens() {
    Tensor logits = normal(3, 6, 4096);
    assertAgrees(new Sampling.TopKTopP(900, 0.96f), logits);
    assertAgrees(new Sampling.TopKTopP(0, 0.5f), logits);
    assertAgrees(new Sampling.TopKTopP(1, 0), logits);
    float[] waits = new float[6 * 4096];
    for (int i = 0; i < waits.length; i++) {
      waits[i] = (float) random.nextExponential();
    }
    assertAgrees(new Sampling.Draw(), logits, Tensor.of(Shape.of(6, 4096), waits));
  }
}
