package io.nextscale.vqvae;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.tensor.op.Lookup.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tokenizer against the official code, float32 against float32. */
class VqVaeGoldenTest {

  /** Activations of order 15 after up to 20 layers: measured 5e-5 against float64. */
  private static final double ACTIVATION = 5e-4;

  /** Maps and images of order 1 after all layers of a network: measured 1.6e-5. */
  private static final double RESULT = 1e-4;

  /** Sums of codes, given the same ids: measured 1.5e-6. */
  private static final double CODES = 1e-5;

  /** Gradients by the largest element of each: measured 1e-5 against float64. */
  private static final double GRADIENT = 1e-4;

  private static VqVae vae(Golden golden) throws IOException {
    return VqVae.load(
        golden.weights("weights/vae.csv"), golden.config("vae"), Loading.forTraining());
  }

  private static Tensor images(Golden golden, VqVaeConfig config) {
    return golden.images("img", 2, config.imageHeight(), config.imageWidth());
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.vqvae.Golden#sets")
  void everyStageOfTheEncoderAgrees(Golden golden) throws IOException {
    VqVae vae = vae(golden);
    Map<String, Tensor> seen = new LinkedHashMap<>();

    Tensor f =
        vae.encode(images(golden, vae.config()), (name, x) -> seen.put(name, Workspace.keep(x)));

    for (Map.Entry<String, Tensor> tap : seen.entrySet()) {
      String name = tap.getKey().replaceFirst("encoder\\.?", "");
      if (name.isEmpty()) {
        golden.closeMap("vae/enc_out.npy", tap.getValue(), RESULT);
      } else if (!name.equals("conv_out")) {
        golden.closeMap("vae/enc_taps/" + name + ".npy", tap.getValue(), ACTIVATION);
      }
    }
    golden.closeMap("vae/f.npy", f, RESULT);
    golden.assertCompared(4);
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.vqvae.Golden#sets")
  void everyStageOfTheDecoderAgrees(Golden golden) throws IOException {
    VqVae vae = vae(golden);
    Tensor fHat =
        Golden.channelsLast(
            golden.load("vae/fhat_" + (vae.config().scales().count() - 1) + ".npy"));
    Map<String, Tensor> seen = new LinkedHashMap<>();

    Tensor raw = vae.decodeUnclamped(fHat, (name, x) -> seen.put(name, Workspace.keep(x)));

    for (Map.Entry<String, Tensor> tap : seen.entrySet()) {
      String name = tap.getKey().replaceFirst("decoder\\.", "");
      if (name.equals("post_quant_conv")) {
        golden.closeMap("vae/post_quant.npy", tap.getValue(), RESULT);
      } else if (!name.equals("conv_out")) {
        golden.closeMap("vae/dec_taps/" + name + ".npy", tap.getValue(), ACTIVATION);
      }
    }
    golden.closeMap("vae/dec_raw.npy", raw, RESULT);
    golden.assertCompared(2);
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.vqvae.Golden#sets")
  void everyScaleOfTheQuantizerAgrees(Golden golden) throws IOException {
    VqVae vae = vae(golden);
    Tensor f = Golden.channelsLast(golden.load("vae/f.npy"));

    List<MultiScaleQuantizer.Step> steps = vae.quantizer().steps(f, vae.config().scales());

    for (int s = 0; s < steps.size(); s++) {
      MultiScaleQuantizer.Step step = steps.get(s);
      golden.closeMap("vae/z_" + s + ".npy", step.rest(), RESULT);
      golden.same("vae/idx_" + s + ".npy", step.ids());
      golden.closeMap("vae/h_up_" + s + ".npy", step.spread(), CODES);
      golden.closeMap("vae/h_phi_" + s + ".npy", step.refined(), CODES);
      golden.closeMap("vae/fhat_" + s + ".npy", step.fHat(), CODES);
    }
    golden.assertCompared(4 * steps.size());
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.vqvae.Golden#sets")
  void imagesBecomeTheSameTokensAndTheSameImages(Golden golden) throws IOException {
    VqVae vae = vae(golden);

    TokenPyramid tokens = vae.tokenize(images(golden, vae.config()));

    List<Tensor> images = vae.reconstructions(tokens);
    for (int s = 0; s < tokens.scales().count(); s++) {
      golden.same("vae/idx_" + s + ".npy", tokens.ids().get(s));
      golden.closeMap("vae/recon_" + s + ".npy", images.get(s), RESULT);
    }
    assertThat(vae.reconstruct(tokens).toArray()).containsExactly(images.getLast().toArray());
    golden.close("vae/var_input.npy", vae.quantizer().teacherInput(tokens), CODES);
    golden.closeMap(
        "vae/embed_to_fhat_not_same_shape.npy",
        vae.quantizer().growingSums(vae.quantizer().codes(tokens), tokens.scales()).getLast(),
        CODES);
    golden.assertCompared(8);
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.vqvae.Golden#sets")
  void oblongImagesBecomeOblongGrids(Golden golden) throws IOException {
    VqVae vae = vae(golden);
    Scales scales =
        new Scales(List.of(new Scales.Size(1, 1), new Scales.Size(2, 3), new Scales.Size(4, 6)));

    TokenPyramid tokens =
        vae.tokenize(Golden.channelsLast(golden.load("vae/nonsquare_img.npy")), scales);

    golden.same("vae/nonsquare_ids.npy", tokens.sequence());
    golden.closeMap("vae/nonsquare_recon.npy", vae.reconstruct(tokens), RESULT);
    golden.assertCompared(2);
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.vqvae.Golden#sets")
  void theTransformersInputGrowsScaleByScale(Golden golden) throws IOException {
    VqVae vae = vae(golden);
    MultiScaleQuantizer quantizer = vae.quantizer();
    TokenPyramid tokens = vae.tokenize(images(golden, vae.config()));
    Scales scales = tokens.scales();
    Tensor teacher = quantizer.teacherInput(tokens);

    Tensor fHat = quantizer.nothing(tokens.batch());
    for (int s = 0; s < scales.count(); s++) {
      MultiScaleQuantizer.Next next =
          quantizer.next(s, fHat, quantizer.codes(tokens.ids().get(s), scales.size(s)));
      fHat = next.fHat();
      golden.closeMap("vae/fhat_" + s + ".npy", fHat, CODES);
      if (s < scales.count() - 1) {
        int begin = scales.begin(s + 1) - scales.tokens(0);
        Tensor expected = teacher.slice(1, begin, begin + scales.tokens(s + 1));
        assertThat(next.input().toArray()).containsExactly(expected.toArray());
      } else {
        assertThat(next.input()).isSameAs(fHat);
      }
    }
    golden.assertCompared(scales.count());
    Tensor first = quantizer.teacherInput(tokens, 3);
    assertThat(first.toArray())
        .containsExactly(teacher.slice(1, 0, first.shape().dim(1)).toArray());
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.vqvae.Golden#sets")
  void theQuantisationLossAndItsGradientsAgree(Golden golden) throws IOException {
    VqVae vae = vae(golden);
    Tensor f = vae.encode(images(golden, vae.config()), (name, x) -> {});

    Gradients byMap = Gradients.of(List.of(f), () -> vae.quantizer().quantize(f).loss());

    golden.close("vae_train/vq_loss.npy", byMap.loss(), CODES);
    golden.closeGradient("vae_train/grad_vq/f.npy", first(byMap.of(f)), GRADIENT);
    Gradients whole =
        Gradients.of(() ->
            vae.quantizer()
                .quantize(vae.encode(images(golden, vae.config()), (name, x) -> {}))
                .loss());
    compareGradients(golden, vae, whole, "vae_train/grad_vq/");
    golden.assertCompared(4);
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.vqvae.Golden#sets")
  void gradientsPassTheQuantizerStraightThrough(Golden golden) throws IOException {
    VqVae vae = vae(golden);
    Tensor images = images(golden, vae.config());
    Tensor f = vae.encode(images, (name, x) -> {});

    Gradients byMap = Gradients.of(List.of(f), () -> total(vae.forwardMap(f), images));

    golden.close("vae_train/total_loss.npy", byMap.loss(), CODES);
    golden.closeGradient("vae_train/grad_total/f.npy", first(byMap.of(f)), GRADIENT);
    if (golden.has("vae_train/rec.npy")) {
      golden.closeMap("vae_train/rec.npy", vae.forward(images).image(), RESULT);
    }
    Gradients whole = Gradients.of(() -> total(vae.forward(images), images));
    compareGradients(golden, vae, whole, "vae_train/grad_total/");
    golden.assertCompared(5);
  }

  private static Tensor total(VqVae.Output output, Tensor images) {
    return output.image().meanSquaredError(images).plus(output.loss());
  }

  private static Tensor first(Tensor map) {
    return Golden.channelsFirst(map);
  }

  private static void compareGradients(Golden golden, VqVae vae, Gradients gradients, String folder)
      throws IOException {
    for (Map.Entry<String, Parameter> entry : vae.parameters().trained().entrySet()) {
      String file = folder + entry.getKey() + ".npy";
      if (Files.exists(golden.path(file))) {
        golden.closeGradient(file, gradients.of(entry.getValue()), GRADIENT);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.vqvae.Golden#sets")
  void averagesOfCodeUsageAgree(Golden golden) throws IOException {
    VqVae vae = vae(golden);
    VqVaeConfig config = vae.config();
    long positions = 2L * config.scales().last().tokens();
    double[] used = new CodeUsage(vae.quantizer()).percentages(positions);
    float[] expected = golden.load("vae_train/usages.npy").toArray();
    for (int s = 0; s < expected.length; s++) {
      // Percentages in steps of 100/V; the file holds doubles, read as floats.
      assertThat(used[s]).isCloseTo(expected[s], org.assertj.core.data.Offset.offset(1e-4));
    }

    vae.quantizer().hits().set(Tensor.zeros(vae.quantizer().hits().shape()));
    CodeUsage usage = new CodeUsage(vae.quantizer());
    List<Tensor> after = new ArrayList<>();
    for (int it = 0; it < 3; it++) {
      usage.update(
          vae.tokenize(
              golden.images("img_ema_" + it, 2, config.imageHeight(), config.imageWidth())));
      Tensor hits = vae.quantizer().hits().peek();
      after.add(hits.reshape(1, hits.shape().dim(0), hits.shape().dim(1)));
    }
    golden.close(
        "vae_train/ema_vocab_hit_after_1_2_3.npy",
        Tensor.concat(0, after.toArray(Tensor[]::new)),
        RESULT);
    golden.assertCompared(1);
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.vqvae.Golden#sets")
  void theOfficialStructureAgrees(Golden golden) throws IOException {
    VqVaeConfig config = golden.config("vae_official_struct");
    VqVae vae =
        VqVae.load(
            golden.weights("weights/vae_official_struct.csv"), config, Loading.forInference());

    Tensor images = golden.images("img_official", 1, config.imageHeight(), config.imageWidth());
    Tensor f = vae.encode(images);
    golden.closeMap("vae_official_struct/f.npy", f, RESULT);
    TokenPyramid tokens = vae.quantizer().tokenize(f);
    golden.same("vae_official_struct/ids.npy", tokens.sequence());
    golden.closeMap("vae_official_struct/fhat.npy", vae.quantizer().sums(tokens).getLast(), CODES);
    golden.closeMap("vae_official_struct/recon.npy", vae.reconstruct(tokens), RESULT);
    golden.close("vae_official_struct/var_input.npy", vae.quantizer().teacherInput(tokens), CODES);
    golden.assertCompared(2);
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.vqvae.Golden#sets")
  void everyWayOfSharingPhiAgrees(Golden golden) throws IOException {
    try (TensorFile file = TensorFile.open(golden.path("ops/quantizer_variants.safetensors"))) {
      int variants = 0;
      for (Map.Entry<String, String> variant : file.metadata().entrySet()) {
        if (!variant.getValue().startsWith("{")) {
          continue;
        }
        variants++;
        String at = variant.getKey();
        Json.Obj settings = (Json.Obj) Json.parse(at, variant.getValue());
        Tensor codebook = file.load(at + ".in.embedding.weight");
        int[] sides = Golden.integers(Json.parse(at, sides(file)));
        VqVaeConfig config =
            new VqVaeConfig(
                32,
                List.of(1),
                1,
                codebook.shape().dim(0),
                codebook.shape().dim(1),
                Scales.of(sides),
                Golden.integer(settings, "share_quant_resi"),
                (float) Golden.real(settings, "quant_resi"),
                0.25f,
                settings.members().get("using_znorm").equals(new Json.Bool(true)));
        MultiScaleQuantizer quantizer = MultiScaleQuantizer.declared(config);
        for (Map.Entry<String, Parameter> p : Parameters.of(quantizer).trained().entrySet()) {
          p.getValue().set(file.load(at + ".in." + p.getKey()));
        }
        assertThat(quantizer.metric())
            .isEqualTo(at.equals("znorm") ? Metric.COSINE : Metric.EUCLIDEAN);
        Tensor f = Golden.channelsLast(file.load(at + ".in.f"));
        TokenPyramid tokens = quantizer.tokenize(f);
        assertThat(tokens.sequence().toInts())
            .as(at)
            .containsExactly(file.load(at + ".out.ids").toInts());
        Golden.close(
            at + " fhat",
            Golden.channelsFirst(quantizer.sums(tokens).getLast()),
            file.load(at + ".out.fhat"),
            CODES);
        Golden.close(
            at + " input", quantizer.teacherInput(tokens), file.load(at + ".out.var_input"), CODES);
      }
      assertThat(variants).isEqualTo(6);
    }
  }

  /** {@code (1, 2, 3)} as JSON. */
  private static String sides(TensorFile file) {
    return file.metadata().get("patch_nums").replace('(', '[').replace(')', ']');
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.vqvae.Golden#sets")
  void scalesChooseTheirPhiAsNumPyRounds(Golden golden) throws IOException {
    int checked = 0;
    for (Map.Entry<String, Json> bank : golden.json("ops/phi_index.json").members().entrySet()) {
      int n = Integer.parseInt(bank.getKey());
      Json.Obj index = (Json.Obj) ((Json.Obj) bank.getValue()).members().get("index");
      for (Map.Entry<String, Json> row : index.members().entrySet()) {
        int scales = Integer.parseInt(row.getKey());
        int[] expected = Golden.integers(row.getValue());
        for (int s = 0; s < scales; s++) {
          assertThat(PhiBank.index(n, s, scales)).as(n + " of " + scales).isEqualTo(expected[s]);
          checked++;
        }
      }
    }
    assertThat(checked).isGreaterThan(900);
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.vqvae.Golden#sets")
  void thePublishedTokenizerHasTheOfficialNamesAndShapes(Golden golden) throws IOException {
    Map<String, Shape> official = new LinkedHashMap<>();
    List<String> lines = Files.readAllLines(golden.path("names/vae_ch160v4096z32.csv"));
    for (String line : lines.subList(1, lines.size())) {
      String[] cell = line.split(",", -1);
      official.put(cell[0], Golden.shape(cell[1]));
    }
    Parameters parameters = VqVae.declared(VqVaeConfig.published()).parameters();

    assertThat(parameters.shapes()).containsExactlyEntriesOf(official);
    assertThat(parameters.count()).isEqualTo(108_948_355L);
  }

  @Test
  void tenScalesShareFourPhisAsPublished() {
    int[] index = new int[10];
    for (int s = 0; s < 10; s++) {
      index[s] = PhiBank.index(4, s, 10);
    }
    assertThat(index).containsExactly(0, 0, 1, 1, 1, 2, 2, 3, 3, 3);
  }
}
