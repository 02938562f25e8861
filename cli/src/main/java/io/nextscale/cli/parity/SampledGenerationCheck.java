package io.nextscale.cli.parity;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Draws;
import io.nextscale.var.Generated;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import io.nextscale.var.ScaleListener;
import java.io.IOException;
import java.util.List;
import java.util.TreeSet;

/**
 * Generation from given random numbers.
 *
 * <p>{@code <variant>/sampled_*}: tokens drawn under top-k and top-p, {@code argmax p/q} with
 * procedural exponential numbers q. {@code <variant>/smooth}: codes mixed by {@code softmax(((1 +
 * r) logits + g)/τ)} with procedural Gumbel noise g. Names of the random numbers and the settings
 * are in the descriptions; labels and guidance are those of the greedy generation.
 */
final class SampledGenerationCheck implements Check {

  private static final String NAME = "u01\\(\"([^\"]*)<si>\"";

  private final Models models;
  private final String variant;

  SampledGenerationCheck(Models models, String variant) {
    this.models = models;
    this.variant = variant;
  }

  @Override
  public String name() {
    return "sampled generation of " + variant;
  }

  @Override
  public boolean reads(String path) {
    return path.startsWith(variant + "/sampled_") || path.startsWith(variant + "/smooth/");
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    TreeSet<String> folders = new TreeSet<>();
    for (String path : golden.files()) {
      if (reads(path)) {
        folders.add(path.substring(0, path.lastIndexOf('/') + 1));
      }
    }
    if (!golden.has(variant + "/ar/labels.npy")) {
      folders.forEach(folder -> findings.notChecked(folder, "there is no ar/labels.npy"));
      return;
    }
    Generator generator = new Generator(models.transformer(variant), models.tokenizer());
    for (String folder : folders) {
      if (findings.anyWanted(folder)) {
        if (folder.endsWith("/smooth/")) {
          smooth(folder, generator, golden, findings);
        } else {
          drawn(folder, generator, golden, findings);
        }
      }
    }
  }

  private Generation request(Described settings, GoldenFolder golden, Findings findings)
      throws IOException {
    List<Integer> labels = GenerationCheck.labels(variant + "/ar/", golden, findings);
    double guidance = settings.numberIn("cfg", GenerationCheck.guidance(variant, golden));
    return GenerationCheck.request(labels, guidance)
        .topK(settings.integer("top_k"))
        .topP(settings.number("top_p"));
  }

  private void drawn(String folder, Generator generator, GoldenFolder golden, Findings findings)
      throws IOException {
    Described settings = golden.describe(folder + "ids.npy");
    Draws draws = draws(settings.find(NAME, "u01(\"name.<si>\""), golden.procedural());
    int scales = generator.model().config().scales().count();
    Trace trace = new Trace("filtered", "ids");
    Generated generated =
        generator.generate(request(settings, golden, findings), draws, ScaleListener.NONE, trace);

    findings.tensor(folder + "q_0.npy", draws.exponentials(0, trace.at(0, "filtered").shape()));
    findings.tensor(folder + "ids.npy", trace.joined(scales, "ids"));
    String probabilities = folder + "probs_last.npy";
    if (findings.wanted(probabilities)) {
      int positions = golden.array(probabilities).shape().dim(1);
      Tensor filtered = trace.at(scales - 1, "filtered").slice(1, 0, positions);
      findings.tensor(probabilities, filtered.softmax());
    }
    findings.map(folder + "fhat.npy", generated.fHat());
  }

  private void smooth(String folder, Generator generator, GoldenFolder golden, Findings findings)
      throws IOException {
    Described settings = golden.describe(folder + "fhat.npy");
    Draws draws = draws(settings.find(NAME, "u01(\"name.<si>\""), golden.procedural());
    int scales = generator.model().config().scales().count();
    Trace trace = new Trace("mixture", "codes");
    Generated generated =
        generator.generate(
            request(settings, golden, findings).smooth(true), draws, ScaleListener.NONE, trace);
    for (int s = 0; s < scales; s++) {
      findings.tensor(folder + "y_" + s + ".npy", trace.at(s, "mixture"));
    }
    findings.map(folder + "h_last.npy", trace.at(scales - 1, "codes"));
    findings.map(folder + "fhat.npy", generated.fHat());
    if (findings.wanted(folder + "img.npy")) {
      findings.map(folder + "img.npy", generated.images());
    }
  }

  /** Numbers of a scale from the tensor of that name; a batch is one tensor. */
  private static Draws draws(String name, Procedural procedural) {
    return new Draws() {
      @Override
      public Tensor exponentials(int scale, Shape shape) {
        return Tensor.of(shape, procedural.exponential(name + scale, shape.size()));
      }

      @Override
      public Tensor gumbel(int scale, Shape shape) {
        return Tensor.of(shape, procedural.gumbel(name + scale, shape.size()));
      }
    };
  }
}
