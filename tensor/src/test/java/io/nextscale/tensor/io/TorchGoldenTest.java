package io.nextscale.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints that PyTorch wrote, against the same tensors as safetensors. */
class TorchGoldenTest {

  @ParameterizedTest
  @ValueSource(strings = {"mixed.pth", "mixed_torch2_layout.pth", "mixed_legacy.pth"})
  void everyTypeAndEveryKindOfViewReadsExactly(String name) throws Exception {
    try (TensorFile file = Fixtures.open(name);
        TensorFile expected = Fixtures.open("mixed_expected.safetensors")) {
      assertThat(file.format())
          .isEqualTo(
              name.contains("legacy")
                  ? TensorFile.Format.TORCH_LEGACY
                  : TensorFile.Format.TORCH_ZIP);
      assertThat(file.entries()).hasSameSizeAs(expected.entries());
      for (Entry entry : expected.entries().values()) {
        String full = entry.name().equals("param") ? "param" : "state." + entry.name();
        assertSame(file, full, expected, entry.name());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mixed.pth", "mixed_torch2_layout.pth", "mixed_legacy.pth"})
  void plainObjectsReadAsJson(String name) throws Exception {
    try (TensorFile file = Fixtures.open(name);
        TensorFile expected = Fixtures.open("mixed_expected.safetensors")) {
      Json meta = Json.parse("meta", expected.metadata().getOrDefault("meta", ""));
      assertThat(file.values().at("meta")).contains(meta);
      assertThat(file.values().members()).containsOnlyKeys("meta");
      assertThat(file.at("meta").values()).isEqualTo(meta);
      assertThat(file.groups()).containsExactly("state", "meta", "meta.empty");
    }
  }

  @Test
  void trainingCheckpointHoldsTheModelAndTheOptimizer() throws Exception {
    try (TensorFile file = TensorFile.open(Fixtures.shared("golden/pickle/ar-ckpt-last.pth"));
        TensorFile expected =
            TensorFile.open(Fixtures.shared("golden/pickle/ar-ckpt-last_expected.safetensors"))) {
      for (String name : expected.entries().keySet()) {
        String full = "trainer." + name.replaceFirst("^optimizer", "var_opt.optimizer");
        assertSame(file, full, expected, name);
      }
      TensorFile model = file.stateDict("trainer.var_wo_ddp");
      assertThat(model.entries().keySet())
          .hasSize(25)
          .contains("pos_start", "blocks.0.attn.mat_qkv.weight", "head.bias");
      assertThat(file.stateDict("trainer.vae_local").entries())
          .containsKey("quantize.embedding.weight");

      Map<String, String> metadata = expected.metadata();
      assertThat(file.values().at("trainer", "config"))
          .contains(Json.parse("config", metadata.getOrDefault("config", "")));
      assertThat(file.values().at("trainer", "var_opt", "optimizer", "param_groups"))
          .contains(Json.parse("groups", metadata.getOrDefault("param_groups", "")));
      assertThat(file.values().members().keySet())
          .containsExactly("epoch", "iter", "trainer", "args");
      assertThat(file.at("args").values().members()).containsEntry("depth", new Json.Int(1));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cifar10-resnet20-12fca82f.th, 20",
    "cifar10-resnet32-d509ac18.th, 32",
    "cifar10-resnet44-014dd654.th, 44",
    "cifar10-resnet56-4bfd9763.th, 56"
  })
  void residualNetworksOfTheOldFormatRead(String name, int layers) throws Exception {
    try (TensorFile file = TensorFile.open(Fixtures.shared("data/weights/" + name))) {
      assertThat(file.format()).isEqualTo(TensorFile.Format.TORCH_LEGACY);
      TensorFile weights = file.stateDict();
      assertThat(weights.entries().values())
          .filteredOn(e -> e.name().matches("module\\..*conv.*weight"))
          .hasSize(layers - 1);
      Tensor first = weights.load("module.conv1.weight");
      assertThat(first.shape()).isEqualTo(Shape.of(16, 3, 3, 3));
      for (String tensor : weights.entries().keySet()) {
        for (float x : weights.load(tensor).toArray()) {
          assertThat(x).isFinite();
        }
      }
      assertThat(file.values().at("best_prec1").orElseThrow()).isInstanceOf(Json.Real.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"alex, 5", "vgg, 5", "squeeze, 7"})
  void perceptualMetricHeadsOfPython2Read(String name, int layers) throws Exception {
    try (TensorFile file =
        TensorFile.open(Fixtures.shared("data/weights/lpips-v0.1-" + name + "-linear.pth"))) {
      assertThat(file.entries()).hasSize(layers).containsKey("lin0.model.1.weight");
      for (String tensor : file.entries().keySet()) {
        Tensor weight = file.load(tensor);
        assertThat(weight.shape().rank()).isEqualTo(4);
        assertThat(weight.dtype()).isEqualTo(DType.F32);
        for (float x : weight.toArray()) { // the metric constrains them
          assertThat(x).isBetween(0f, 10f);
        }
      }
    }
  }

  /** The published head collapses to a single linear map with |w| = 17.9956 and bias 5.23665. */
  @Test
  void aestheticHeadSavedOnAGpuCollapsesToTheKnownVector() throws Exception {
    String name = "data/weights/laion-aesthetic-v2-sac-logos-ava1-l14-linearMSE.pth";
    try (TensorFile file = TensorFile.open(Fixtures.shared(name))) {
      double[] w = null;
      double bias = 0;
      for (int layer : new int[] {7, 6, 4, 2, 0}) {
        Tensor weight = file.load("layers." + layer + ".weight");
        float[] b = file.load("layers." + layer + ".bias").toArray();
        int out = weight.shape().dim(0);
        int in = weight.shape().dim(1);
        double[] outer = w == null ? new double[] {1} : w;
        assertThat(outer).hasSize(out);
        float[] values = weight.toArray();
        w = new double[in];
        for (int o = 0; o < out; o++) {
          bias += outer[o] * b[o];
          for (int i = 0; i < in; i++) {
            w[i] += outer[o] * values[o * in + i];
          }
        }
      }
      double norm = 0;
      for (double x : w) {
        norm += x * x;
      }
      assertThat(Math.sqrt(norm)).isEqualTo(17.9956, within(1e-4)); // four decimals were published
      assertThat(bias).isEqualTo(5.23665, within(1e-5));
    }
  }

  private static void assertSame(
      TensorFile file, String name, TensorFile expectedFile, String expectedName) throws Exception {
    Entry expected = expectedFile.entries().get(expectedName);
    assertThat(file.entries()).containsKey(name);
    assertThat(file.entries().get(name))
        .isEqualTo(new Entry(name, expected.type(), expected.extents(), false));
    assertThat(Fixtures.stored(file, name)).isEqualTo(Fixtures.stored(expectedFile, expectedName));
    Tensor loaded = file.load(name);
    Tensor wanted = expectedFile.load(expectedName);
    assertThat(loaded.shape()).isEqualTo(wanted.shape());
    assertThat(loaded.dtype()).isEqualTo(wanted.dtype());
    assertThat(loaded.toArray()).isEqualTo(wanted.toArray());
  }
}
