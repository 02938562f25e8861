package io.nextscale.cli.parity;

import io.nextscale.nn.Observer;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.MultiScaleQuantizer;
import io.nextscale.vqvae.MultiScaleQuantizer.Step;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tokenizer from image to image, {@code vae/}: the result of every part of the encoder, what
 * each scale of the quantizer reads, chooses and adds, the input that the transformer would get,
 * the result of every part of the decoder, and the reconstructions after each scale.
 */
final class TokenizerCheck implements Check {

  private static final String FOLDER = "vae/";
  private static final Pattern SIZE = Pattern.compile("\\((\\d+), *(\\d+)\\)");

  private final Models models;

  TokenizerCheck(Models models) {
    this.models = models;
  }

  @Override
  public String name() {
    return "tokenizer";
  }

  @Override
  public boolean reads(String path) {
    return path.startsWith(FOLDER);
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    VqVae vae = models.tokenizer();
    Tensor image =
        models.images(FOLDER + "img.npy", "img", findings, FOLDER + "f.npy", FOLDER + "idx_0.npy");
    Tensor f = encode(vae, image, findings);
    List<Step> steps = vae.quantizer().steps(f, vae.config().scales());
    quantize(vae.quantizer(), steps, findings);
    decode(vae, steps, findings);
    oblong(golden, vae, findings);
  }

  private static Tensor encode(VqVae vae, Tensor image, Findings findings) throws IOException {
    Observer observer =
        (name, map) -> {
          String tap = "enc_taps/" + name.substring(name.indexOf('.') + 1) + ".npy";
          findings.tapMap(FOLDER + (name.equals("encoder") ? "enc_out.npy" : tap), map);
        };
    Tensor f = vae.encode(image, observer);
    findings.map(FOLDER + "f.npy", f);
    return f;
  }

  private static void quantize(MultiScaleQuantizer quantizer, List<Step> steps, Findings findings)
      throws IOException {
    List<Tensor> ids = new ArrayList<>();
    for (int s = 0; s < steps.size(); s++) {
      Step step = steps.get(s);
      findings.map(FOLDER + "z_" + s + ".npy", step.rest());
      findings.tensor(FOLDER + "idx_" + s + ".npy", step.ids());
      findings.map(FOLDER + "h_up_" + s + ".npy", step.spread());
      findings.map(FOLDER + "h_phi_" + s + ".npy", step.refined());
      findings.map(FOLDER + "fhat_" + s + ".npy", step.fHat());
      ids.add(step.ids());
    }
    TokenPyramid tokens = new TokenPyramid(quantizer.scales(), ids);
    if (steps.size() > 1) {
      findings.tensor(FOLDER + "var_input.npy", quantizer.teacherInput(tokens));
    }
    String growing = FOLDER + "embed_to_fhat_not_same_shape.npy";
    if (findings.wanted(growing)) {
      List<Tensor> codes = quantizer.codes(tokens);
      findings.map(growing, quantizer.growingSums(codes, quantizer.scales()).getLast());
    }
  }

  private static void decode(VqVae vae, List<Step> steps, Findings findings) throws IOException {
    Observer observer =
        (name, map) -> {
          String tap = "dec_taps/" + name.substring(name.indexOf('.') + 1) + ".npy";
          findings.tapMap(FOLDER + (name.equals("post_quant_conv") ? "post_quant.npy" : tap), map);
        };
    findings.map(FOLDER + "dec_raw.npy", vae.decodeUnclamped(steps.getLast().fHat(), observer));
    for (int s = 0; s < steps.size(); s++) {
      String file = FOLDER + "recon_" + s + ".npy";
      if (findings.wanted(file)) {
        findings.mapOfFirst(file, vae.decode(steps.get(s).fHat()));
      }
    }
  }

  /** An image that is not square, in scales that are not square. */
  private static void oblong(GoldenFolder golden, VqVae vae, Findings findings) throws IOException {
    String imageFile = FOLDER + "nonsquare_img.npy";
    if (!golden.has(imageFile)) {
      return;
    }
    List<Scales.Size> sizes = new ArrayList<>();
    Matcher matcher = SIZE.matcher(golden.describe(imageFile).text());
    while (matcher.find()) {
      int height = Integer.parseInt(matcher.group(1));
      sizes.add(new Scales.Size(height, Integer.parseInt(matcher.group(2))));
    }
    Tensor image = golden.array(imageFile).map();
    findings.input(imageFile);
    TokenPyramid tokens = vae.tokenize(image, new Scales(sizes));
    findings.tensor(FOLDER + "nonsquare_ids.npy", tokens.sequence());
    findings.map(FOLDER + "nonsquare_recon.npy", vae.reconstruct(tokens));
  }
}
