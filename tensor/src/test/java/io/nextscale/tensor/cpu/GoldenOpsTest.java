package io.nextscale.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.tensor.op.Elementwise.GeluForm;
import io.nextscale.tensor.op.Resampling.Mode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Kernels and derivatives against results of PyTorch 1.13 on the CPU, as FoundationVision/VAR uses
 * it. Maps are channels first in the files.
 */
class GoldenOpsTest {

  /** PyTorch's own rounding differs from ours; values are of order 1. */
  private static final double VALUE = 2e-6;

  /** Gradients are sums over up to 256 cells or 40 positions. */
  private static final double GRADIENT = 1e-5;

  private static final float EPS = 1e-6f;

  @TestFactory
  Stream<DynamicTest> mapsResizeAsByPyTorch() throws Exception {
    TensorFile file = open("interpolate.safetensors");
    Pattern name = Pattern.compile("(\\w+)_(\\d+)x(\\d+)_(?:to_(\\d+)x(\\d+)|x2)\\.in\\.x");
    return file.entries().keySet().stream()
        .map(name::matcher)
        .filter(Matcher::matches)
        .map(m -> dynamicTest(m.group().replace(".in.x", ""), () -> resize(file, m)));
  }

  private static void resize(TensorFile file, Matcher m) throws IOException {
    String key = m.group().replace(".in.x", "");
    Mode mode = Mode.valueOf(m.group(1).toUpperCase(Locale.ROOT));
    boolean twice = m.group(4) == null;
    int height = twice ? 2 * Integer.parseInt(m.group(2)) : Integer.parseInt(m.group(4));
    int width = twice ? 2 * Integer.parseInt(m.group(3)) : Integer.parseInt(m.group(5));
    Tensor x = file.load(key + ".in.x").permute(0, 2, 3, 1); // (B,C,h,w) -> (B,h,w,C)
    Tensor y = x.resize(mode, height, width);
    assertClose(y, file.load(key + ".out.y").permute(0, 2, 3, 1), VALUE);
    Tensor dy = file.load(key + ".gout.y").permute(0, 2, 3, 1);
    Tensor dx = gradient(x, () -> x.resize(mode, height, width), dy);
    assertClose(dx, file.load(key + ".grad.x").permute(0, 2, 3, 1), GRADIENT);
  }

  @Test
  void groupNormIsThatOfPyTorch() throws Exception {
    TensorFile file = open("norm_act.safetensors");
    for (boolean silu : new boolean[] {false, true}) {
      String key = silu ? "groupnorm32_silu" : "groupnorm32";
      Tensor x = file.load(key + ".in.x").permute(0, 2, 3, 1);
      Tensor weight = file.load(key + ".in.g");
      Tensor bias = file.load(key + ".in.b");
      Tensor dy = file.load(key + ".gout.y").permute(0, 2, 3, 1);
      assertClose(
          x.groupNorm(32, weight, bias, EPS, silu),
          file.load(key + ".out.y").permute(0, 2, 3, 1),
          VALUE);
      Gradients g =
          Gradients.of(
              List.of(x, weight, bias), () -> x.groupNorm(32, weight, bias, EPS, silu), dy);
      assertClose(of(g, x), file.load(key + ".grad.x").permute(0, 2, 3, 1), GRADIENT);
      assertClose(of(g, weight), file.load(key + ".grad.g"), GRADIENT);
      assertClose(of(g, bias), file.load(key + ".grad.b"), GRADIENT);
    }
  }

  @Test
  void rowOperationsAreThoseOfPyTorch() throws Exception {
    TensorFile file = open("norm_act.safetensors");
    check(file, "gelu_tanh", x -> x.gelu(GeluForm.TANH));
    check(file, "silu", Tensor::silu);
    check(file, "layernorm_noaffine", x -> x.layerNorm(EPS));
    check(file, "softmax", Tensor::softmax);
    check(file, "l2normalize", x -> x.l2Normalize(1e-12f));
  }

  @Test
  void modulationIsThatOfPyTorch() throws Exception {
    TensorFile file = open("norm_act.safetensors");
    String key = "adaln_modulate";
    Tensor x = file.load(key + ".in.x");
    Tensor scale = file.load(key + ".in.scale");
    Tensor shift = file.load(key + ".in.shift");
    assertClose(x.modulatedLayerNorm(scale, shift, EPS), file.load(key + ".out.y"), VALUE);
    Gradients g =
        Gradients.of(
            List.of(x, scale, shift),
            () -> x.modulatedLayerNorm(scale, shift, EPS),
            file.load(key + ".gout.y"));
    assertClose(of(g, x), file.load(key + ".grad.x"), GRADIENT);
    assertClose(of(g, scale), file.load(key + ".grad.scale"), GRADIENT);
    assertClose(of(g, shift), file.load(key + ".grad.shift"), GRADIENT);
  }

  @Test
  void crossEntropyIsThatOfPyTorch() throws Exception {
    TensorFile file = open("cross_entropy.safetensors");
    Tensor x = file.load("in.logits");
    Tensor target = file.load("in.target");
    for (String smoothing : new String[] {"0.0", "0.1", "0.3"}) {
      String key = "ls" + smoothing;
      float s = Float.parseFloat(smoothing);
      assertClose(x.crossEntropy(target, s), file.load(key + ".out.loss_none"), VALUE);
      Gradients g = Gradients.of(List.of(x), () -> x.crossEntropy(target, s).mean());
      assertClose(of(g, x), file.load(key + ".grad.logits_of_mean"), VALUE);
    }
  }

  @TestFactory
  Stream<DynamicTest> samplingIsThatOfTheReferenceCode() throws Exception {
    TensorFile file = open("topk_topp.safetensors");
    Pattern name = Pattern.compile("k(\\d+)_p([0-9.e-]+)(_ties)?\\.out\\.masked_logits");
    return file.entries().keySet().stream()
        .map(name::matcher)
        .filter(Matcher::matches)
        .map(m -> dynamicTest(m.group().replace(".out.masked_logits", ""), () -> sample(file, m)));
  }

  private static void sample(TensorFile file, Matcher m) throws IOException {
    String key = m.group().replace(".masked_logits", "");
    Tensor logits = file.load(m.group(3) == null ? "in.logits" : "in.logits_ties");
    Tensor filtered = logits.topKTopP(Integer.parseInt(m.group(1)), Float.parseFloat(m.group(2)));
    assertThat(filtered.toArray()).containsExactly(file.load(m.group()).toArray());
    assertClose(filtered.softmax(), file.load(key + ".probs"), VALUE);
    assertThat(filtered.draw(file.load("in.exp_q")).toInts())
        .containsExactly(file.load(key + ".ids").toInts());
  }

  /** A function of one tensor under test. */
  private interface Function {
    Tensor of(Tensor x);
  }

  private static void check(TensorFile file, String key, Function f) throws IOException {
    Tensor x = file.load(key + ".in.x");
    assertClose(f.of(x), file.load(key + ".out.y"), VALUE);
    Tensor dx = gradient(x, () -> f.of(x), file.load(key + ".gout.y"));
    assertClose(dx, file.load(key + ".grad.x"), GRADIENT);
  }

  private static Tensor gradient(Tensor x, java.util.function.Supplier<Tensor> y, Tensor dy) {
    return of(Gradients.of(List.of(x), y, dy), x);
  }

  private static Tensor of(Gradients g, Tensor x) {
    return Objects.requireNonNull(g.of(x));
  }

  /** Equal up to {@code tolerance} times the largest expected element, or 1 if that is less. */
  private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    float[] values = expected.toArray();
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    double largest = Arrays.stream(doubles).map(Math::abs).max().orElse(0);
    Samples.assertClose(actual.toArray(), doubles, tolerance * Math.max(1, largest), 0, "element");
  }

  private static TensorFile open(String name) throws Exception {
    return TensorFile.open(
        Path.of(Objects.requireNonNull(GoldenOpsTest.class.getResource(name)).toURI()));
  }
}
