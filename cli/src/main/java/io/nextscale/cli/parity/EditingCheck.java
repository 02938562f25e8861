package io.nextscale.cli.parity;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Draws;
import io.nextscale.var.Edit;
import io.nextscale.var.EditMask;
import io.nextscale.var.Generated;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import io.nextscale.var.ScaleListener;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import java.io.IOException;
import java.util.List;
import java.util.TreeSet;

/**
 * Editing of the first image of the tokenizer's, {@code <variant>/edit_*}: a box is repainted, or
 * what is around it where the name says outpaint; the rest is kept. The mask, the tokens that are
 * kept at every scale, the ids that the transformer predicts before kept ones replace them, and the
 * result.
 */
final class EditingCheck implements Check {

  private final Models models;
  private final String variant;

  EditingCheck(Models models, String variant) {
    this.models = models;
    this.variant = variant;
  }

  @Override
  public String name() {
    return "editing with " + variant;
  }

  @Override
  public boolean reads(String path) {
    return path.startsWith(variant + "/edit_");
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    Generator generator = new Generator(models.transformer(variant), models.tokenizer());
    Tensor image = models.images("vae/img.npy", "img", findings).slice(0, 0, 1);
    TokenPyramid tokens = models.tokenizer().tokenize(image);
    TreeSet<String> folders = new TreeSet<>();
    for (String path : golden.files()) {
      if (reads(path) && findings.wanted(path)) {
        folders.add(path.substring(0, path.lastIndexOf('/') + 1));
      }
    }
    for (String folder : folders) {
      edit(folder, generator, tokens, golden, findings);
    }
  }

  private void edit(
      String folder,
      Generator generator,
      TokenPyramid tokens,
      GoldenFolder golden,
      Findings findings)
      throws IOException {
    Scales scales = generator.model().config().scales();
    Described box = golden.describe(folder + "mask.npy");
    double top = box.number("y0");
    double left = box.number("x0");
    double bottom = box.number("y1");
    double right = box.number("x1");
    EditMask mask =
        folder.contains("outpaint")
            ? EditMask.keepBox(scales.last(), top, left, bottom, right)
            : EditMask.repaintBox(scales.last(), top, left, bottom, right);
    Shape map = Shape.of(scales.last().height(), scales.last().width());
    findings.tensor(folder + "mask.npy", Tensor.of(map, mask.values()));
    findings.tensor(folder + "force_gt.npy", kept(mask, scales));

    Described settings = golden.describe(folder + "fhat.npy");
    Generation request =
        GenerationCheck.request(List.of(settings.integer("label")), settings.number("cfg"))
            .greedy(true)
            .editing(new Edit(tokens, mask));
    Trace trace = new Trace("ids");
    Generated generated =
        generator.generate(request, Draws.seeded(request.seeds()), ScaleListener.NONE, trace);
    findings.tensor(folder + "ids.npy", trace.joined(scales.count(), "ids"));
    findings.map(folder + "fhat.npy", generated.fHat());
    if (findings.wanted(folder + "img.npy")) {
      findings.map(folder + "img.npy", generated.images());
    }
  }

  /** 1 for every token that is kept, all scales one after another, (1,L). */
  private static Tensor kept(EditMask mask, Scales scales) {
    int[] all = new int[scales.length()];
    int next = 0;
    for (Scales.Size size : scales.sizes()) {
      for (float keep : mask.at(size).toArray()) {
        all[next++] = (int) keep;
      }
    }
    return Tensor.ofInts(Shape.of(1, all.length), all);
  }
}
