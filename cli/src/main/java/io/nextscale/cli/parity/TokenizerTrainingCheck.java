package io.nextscale.cli.parity;

import io.nextscale.nn.Loading;
import io.nextscale.nn.Observer;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.vqvae.CodeUsage;
import io.nextscale.vqvae.MultiScaleQuantizer.Quantized;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Training of the tokenizer, {@code vae_train/}: the quantisation loss, its gradients ({@code
 * grad_vq}), those of {@code mse(reconstruction, image) + quantisation loss} ({@code grad_total}),
 * and the averages of how often codes are used.
 */
final class TokenizerTrainingCheck implements Check {

  private static final String FOLDER = "vae_train/";
  private static final String NORMS = FOLDER + "grad_total_norms.csv";
  private static final String HITS = FOLDER + "ema_vocab_hit_after_1_2_3.npy";

  private final Models models;

  TokenizerTrainingCheck(Models models) {
    this.models = models;
  }

  @Override
  public String name() {
    return "training of the tokenizer";
  }

  @Override
  public boolean reads(String path) {
    return path.startsWith(FOLDER);
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    VqVae vae = models.tokenizer(Models.TOKENIZER, Loading.forTraining());
    Tensor image = models.images("vae/img.npy", "img", findings, FOLDER + "rec.npy");
    Tensor f = vae.encode(image, Observer.NONE);

    Quantized quantized = vae.quantizer().quantize(f);
    findings.tensor(FOLDER + "vq_loss.npy", quantized.loss());
    long positions = (long) f.shape().size() / f.shape().dim(3);
    findings.numbers(FOLDER + "usages.npy", new CodeUsage(vae.quantizer()).percentages(positions));

    if (findings.anyWanted(FOLDER + "grad_vq/")) {
      Derivatives ofLoss = derivatives(vae, image, f, () -> vae.quantizer().quantize(f).loss());
      ofLoss.compare(FOLDER + "grad_vq/", golden, findings);
    }
    total(golden, vae, image, f, findings);
    hits(golden, vae, image, findings);
  }

  private static void total(
      GoldenFolder golden, VqVae vae, Tensor image, Tensor f, Findings findings)
      throws IOException {
    if (findings.wanted(FOLDER + "rec.npy")) {
      findings.map(FOLDER + "rec.npy", vae.forwardMap(f).image());
    }
    if (!findings.wanted(FOLDER + "total_loss.npy")
        && !findings.wanted(NORMS)
        && !findings.anyWanted(FOLDER + "grad_total/")) {
      return;
    }
    Supplier<Tensor> loss =
        () -> {
          VqVae.Output out = vae.forwardMap(f);
          return out.image().meanSquaredError(image).plus(out.loss());
        };
    Derivatives derivatives = derivatives(vae, image, f, loss);
    findings.tensor(FOLDER + "total_loss.npy", derivatives.loss());
    derivatives.compare(FOLDER + "grad_total/", golden, findings);
    if (findings.wanted(NORMS)) {
      GradientNorms.compare(NORMS, derivatives.byName(), golden, findings);
    }
  }

  /**
   * The derivatives of a loss by f and by every parameter.
   *
   * @param byName {@code f}, and the parameters
   */
  private record Derivatives(Tensor loss, Map<String, Tensor> byName) {
    void compare(String folder, GoldenFolder golden, Findings findings) throws IOException {
      for (String path : golden.files()) {
        if (path.startsWith(folder) && findings.wanted(path)) {
          String name = path.substring(folder.length(), path.length() - ".npy".length());
          Tensor gradient = byName.get(name);
          if (gradient == null) {
            throw new FileFormatException(path, "the name of a parameter", name);
          } else if (name.equals("f")) {
            findings.map(path, gradient);
          } else {
            findings.tensor(path, gradient);
          }
        }
      }
    }
  }

  /**
   * The chain rule in two parts, so that the gradient of f itself can be looked at: from the loss
   * to f, and from f through the encoder to its parameters.
   */
  private static Derivatives derivatives(VqVae vae, Tensor image, Tensor f, Supplier<Tensor> loss) {
    Gradients above = Gradients.of(List.of(f), loss);
    Tensor ofMap = above.of(f);
    Map<String, Tensor> byName = new LinkedHashMap<>();
    if (ofMap == null) {
      return new Derivatives(above.loss(), byName);
    }
    byName.put("f", ofMap);
    Gradients below = Gradients.of(List.of(), () -> vae.encode(image, Observer.NONE), ofMap);
    for (Map.Entry<String, Parameter> parameter : vae.parameters().trained().entrySet()) {
      Tensor gradient = sum(above.of(parameter.getValue()), below.of(parameter.getValue()));
      if (gradient != null) {
        byName.put(parameter.getKey(), gradient);
      }
    }
    return new Derivatives(above.loss(), byName);
  }

  private static @Nullable Tensor sum(@Nullable Tensor a, @Nullable Tensor b) {
    return a == null ? b : b == null ? a : a.plus(b);
  }

  /** Averages after one, two and three batches, starting from zero. */
  private void hits(GoldenFolder golden, VqVae vae, Tensor image, Findings findings)
      throws IOException {
    if (!findings.wanted(HITS)) {
      return;
    }
    GoldenArray expected = golden.array(HITS); // (batches,S,V)
    Parameter hits = vae.quantizer().hits();
    hits.set(Tensor.zeros(hits.shape()));
    CodeUsage usage = new CodeUsage(vae.quantizer());
    String name =
        golden.describe(HITS).find("proc\\(\"([^\"]*)\\{it\\}\"", "proc(\"name_{it}\", …)");
    Shape shape =
        Shape.of(
            image.shape().dim(0), image.shape().dim(3), image.shape().dim(1), image.shape().dim(2));
    try (Comparison comparison = findings.of(HITS, "")) {
      for (int batch = 0; batch < expected.shape().dim(0); batch++) {
        Tensor f = vae.encode(models.image(name + batch, shape), Observer.NONE);
        usage.update(vae.quantizer().quantize(f).tokens());
        GoldenArray after = expected.rows(batch, batch + 1);
        comparison.tensor("batch " + batch, after, hits.peek().reshape(after.shape()));
      }
    }
  }
}
