package io.nextscale.cli.parity;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Json;
import io.nextscale.vqvae.MultiScaleQuantizer;
import io.nextscale.vqvae.PhiBank;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The quantizer with φ shared by all scales, by some or by none, with other shares of its
 * convolution, and with the cosine as the measure: the token ids, the sum of the codes and the
 * input of the transformer. The metadata of the file hold the settings of each case.
 */
final class QuantizerCheck {

  private QuantizerCheck() {}

  static Check check() {
    return new OpCheck(
        "variants of the quantizer", "ops/quantizer_variants.safetensors", QuantizerCheck::check);
  }

  private static boolean check(OpCase op, Comparison comparison) throws IOException {
    String place = "metadata " + op.name();
    Section settings = Section.of(place, Json.parse(place, op.text(op.name())));
    VqVaeConfig published = VqVaeConfig.published();
    Scales scales =
        Scales.of(op.integers("patch_nums").stream().mapToInt(Integer::intValue).toArray());
    VqVaeConfig config =
        new VqVaeConfig(
            published.channels(),
            published.multipliers(),
            published.blocks(),
            op.integers("V").getFirst(),
            op.integers("Cvae").getFirst(),
            scales,
            settings.integer("share_quant_resi"),
            (float) settings.number("quant_resi"),
            published.beta(),
            settings.flag("using_znorm", false));
    MultiScaleQuantizer quantizer = MultiScaleQuantizer.declared(config);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (String input : op.names("in")) {
      if (!input.equals("f")) {
        weights.put(input, op.golden("in." + input).tensor());
      }
    }
    Parameters.of(quantizer)
        .load(
            Checkpoint.of(op.name(), weights), Loading.forInference().keeping("ema_vocab_hit_SV"));

    TokenPyramid tokens = quantizer.tokenize(op.map("f"));
    op.result(comparison, "ids", tokens.sequence());
    op.resultMap(comparison, "fhat", quantizer.sums(tokens).getLast());
    op.result(comparison, "var_input", quantizer.teacherInput(tokens));
    phis(settings, config, comparison);
    return true;
  }

  private static void phis(Section settings, VqVaeConfig config, Comparison comparison)
      throws IOException {
    int scales = config.scales().count();
    int phis = config.phis() == 0 ? scales : config.phis();
    int[] expected = settings.integers("phi_index_per_scale");
    for (int s = 0; s < scales && s < expected.length; s++) {
      comparison.equal("phi of scale " + s, expected[s], PhiBank.index(phis, s, scales));
    }
  }

  /** Which of n φ each of SN scales uses: {@code ops/phi_index.json}. */
  static Check phiIndex() {
    return new PhiIndex();
  }

  private record PhiIndex() implements Check {
    private static final String FILE = "ops/phi_index.json";

    @Override
    public String name() {
      return "choice of phi";
    }

    @Override
    public boolean reads(String path) {
      return path.equals(FILE);
    }

    @Override
    public void run(GoldenFolder golden, Findings findings) throws IOException {
      Section counts = Section.of(FILE, golden.json(FILE));
      for (String n : counts.names()) {
        Section index = counts.section(n).section("index");
        try (Comparison comparison = findings.of(FILE, n + " phis")) {
          for (String scales : index.names()) {
            int[] expected = index.integers(scales);
            for (int s = 0; s < expected.length; s++) {
              int chosen = PhiBank.index(Integer.parseInt(n), s, Integer.parseInt(scales));
              comparison.equal(scales + " scales, scale " + s, expected[s], chosen);
            }
          }
        }
      }
    }
  }
}
