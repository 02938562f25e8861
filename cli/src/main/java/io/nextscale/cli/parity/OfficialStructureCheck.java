package io.nextscale.cli.parity;

import io.nextscale.nn.Loading;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;

/**
 * The tokenizer with the levels and blocks of the published one, and few channels: {@code
 * vae_official_struct/}. Image and weights are procedural.
 */
final class OfficialStructureCheck implements Check {

  private static final String NAME = "vae_official_struct";
  private static final String FOLDER = NAME + "/";

  private final Models models;

  OfficialStructureCheck(Models models) {
    this.models = models;
  }

  @Override
  public String name() {
    return "tokenizer of the official structure";
  }

  @Override
  public boolean reads(String path) {
    return path.startsWith(FOLDER);
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    VqVae vae = models.tokenizer(NAME, Loading.forInference());
    Described f = golden.describe(FOLDER + "f.npy");
    String image = f.find("proc\\(\"([^\"]+)\"", "proc(\"name\", seed, (B,3,h,w), 1)");
    String extents = f.find("seed, *\\(([0-9, ]+)\\)", "proc(\"name\", seed, (B,3,h,w), 1)");
    Shape shape =
        Shape.of(Described.integersIn(extents).stream().mapToInt(Integer::intValue).toArray());
    Tensor map = vae.encode(models.image(image, shape));
    TokenPyramid tokens = vae.quantizer().tokenize(map);
    Tensor fHat = vae.quantizer().sums(tokens).getLast();
    findings.map(FOLDER + "f.npy", map);
    findings.tensor(FOLDER + "ids.npy", tokens.sequence());
    findings.map(FOLDER + "fhat.npy", fHat);
    findings.map(FOLDER + "recon.npy", vae.decode(fHat));
    findings.tensor(FOLDER + "var_input.npy", vae.quantizer().teacherInput(tokens));
  }
}
