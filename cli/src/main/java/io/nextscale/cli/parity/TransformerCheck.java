package io.nextscale.cli.parity;

import io.nextscale.nn.Loading;
import io.nextscale.nn.Observer;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.DropPath;
import io.nextscale.var.TokenLoss;
import io.nextscale.var.Var;
import io.nextscale.var.VarTrainer;
import io.nextscale.vqvae.TokenPyramid;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The transformer as it is trained, {@code <variant>/train/}: from images to targets and inputs,
 * the result of every block, the logits of all tokens, the loss and its gradients; then with
 * classes dropped and with branches dropped by given draws.
 */
final class TransformerCheck implements Check {

  private static final String LOSS = "loss.npy";
  private static final String LOSSES = "ce_ls";
  private static final String CLASSES_DROPPED = "logits_cond_drop";
  private static final String LAST = "_last_token.npy";

  private final Models models;
  private final String variant;
  private final String folder;

  TransformerCheck(Models models, String variant) {
    this.models = models;
    this.variant = variant;
    this.folder = variant + "/train/";
  }

  @Override
  public String name() {
    return "training pass of " + variant;
  }

  @Override
  public boolean reads(String path) {
    return path.startsWith(folder);
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    String labelFile = folder + "labels.npy";
    if (!golden.has(labelFile)) {
      findings.notChecked(folder, "there are no labels");
      return;
    }
    int[] labels = golden.array(labelFile).ints();
    findings.input(labelFile);
    models.forgetTransformer();
    Var model = models.transformer(variant, Loading.forTraining());
    Tensor images = models.images(folder + "img.npy", "train_img", findings, labelFile);

    TokenPyramid tokens = models.tokenizer().tokenize(images);
    Tensor targets = tokens.sequence(); // (B,L)
    Tensor input = models.tokenizer().quantizer().teacherInput(tokens); // (B,L−p₀²,Cv)
    findings.tensor(folder + "gt_ids.npy", targets);
    findings.tensor(folder + "x_BLCv_wo_first_l.npy", input);

    Tensor logits = model.forward(labels, input, DropPath.NONE, false, taps(findings));
    findings.tensor(folder + "logits.npy", logits);
    losses(golden, findings, logits, targets);
    findings.tensor(folder + LOSS, loss(golden, model).of(logits, targets));
    gradients(golden, findings, model, labels, input, targets);
    classesDropped(golden, findings, model, labels, input);
    branchesDropped(golden, findings, model, labels, input);
  }

  private Observer taps(Findings findings) {
    return (name, value) -> {
      String file =
          name.equals("x")
              ? "x_BLC_in"
              : name.startsWith("blocks.") ? name.replace("blocks.", "block_") : name;
      findings.tap(folder + file + ".npy", value);
    };
  }

  private void losses(GoldenFolder golden, Findings findings, Tensor logits, Tensor targets)
      throws IOException {
    for (String path : golden.files()) {
      if (path.startsWith(folder + LOSSES)) {
        String smoothing = path.substring((folder + LOSSES).length(), path.lastIndexOf('.'));
        findings.tensor(path, logits.crossEntropy(targets, Float.parseFloat(smoothing)));
      }
    }
  }

  /** Every token of an image weighs 1/L; the smoothing of targets is in the description. */
  private TokenLoss loss(GoldenFolder golden, Var model) throws IOException {
    double smoothing = golden.describe(folder + LOSS).numberIn("label_smooth", 0);
    return TokenLoss.of(model.config().scales(), smoothing);
  }

  private void gradients(
      GoldenFolder golden, Findings findings, Var model, int[] labels, Tensor input, Tensor targets)
      throws IOException {
    String all = folder + "grads.safetensors";
    String norms = folder + "grad_norms.csv";
    boolean wanted = findings.wanted(all) || findings.wanted(norms);
    if (!wanted && !findings.anyWanted(folder + "grad/")) {
      return;
    }
    TokenLoss loss = loss(golden, model);
    Gradients gradients = Gradients.of(() -> loss.of(model.forward(labels, input), targets));
    Map<String, Tensor> byName = new LinkedHashMap<>();
    for (Map.Entry<String, Parameter> entry : model.parameters().trained().entrySet()) {
      Tensor gradient = gradients.of(entry.getValue());
      if (gradient != null) {
        byName.put(entry.getKey(), gradient);
      }
    }
    if (findings.wanted(all)) {
      gradientFile(all, byName, golden, findings);
    }
    for (String path : golden.files()) {
      if (path.startsWith(folder + "grad/") && findings.wanted(path)) {
        String name = path.substring((folder + "grad/").length(), path.lastIndexOf('.'));
        Tensor gradient = byName.get(name);
        if (gradient == null) {
          findings.of(path, "").fail(name, "no gradient of this name").close();
        } else {
          findings.tensor(path, gradient);
        }
      }
    }
    if (findings.wanted(norms)) {
      GradientNorms.compare(norms, byName, golden, findings);
    }
  }

  private static void gradientFile(
      String path, Map<String, Tensor> byName, GoldenFolder golden, Findings findings)
      throws IOException {
    try (TensorFile file = golden.open(path);
        Comparison comparison = findings.of(path, "")) {
      comparison.equal("number of gradients", file.entries().size(), byName.size());
      for (Entry entry : file.entries().values()) {
        Tensor gradient = byName.get(entry.name());
        if (gradient == null) {
          comparison.fail(entry.name(), "no gradient of this name");
        } else {
          comparison.tensor(entry.name(), GoldenArray.read(file, entry), gradient);
        }
      }
    }
  }

  /** Labels whose uniform draw is below the rate count as no class. */
  private void classesDropped(
      GoldenFolder golden, Findings findings, Var model, int[] labels, Tensor input)
      throws IOException {
    String draws = folder + "cond_drop_u.npy";
    for (String path : golden.files()) {
      boolean dropped = path.startsWith(folder + CLASSES_DROPPED) && path.endsWith(LAST);
      if (dropped && golden.has(draws) && findings.wanted(path)) {
        int end = path.length() - LAST.length();
        double rate = Double.parseDouble(path.substring((folder + CLASSES_DROPPED).length(), end));
        float[] uniform = golden.array(draws).tensor().toArray();
        findings.input(draws);
        int[] given = VarTrainer.dropClasses(labels, rate, model.config().noClass(), uniform);
        findings.tensor(path, lastToken(model.forward(given, input)));
      }
    }
  }

  /** Masks in the order in which blocks use them: attention, then feed-forward, block by block. */
  private void branchesDropped(
      GoldenFolder golden, Findings findings, Var model, int[] labels, Tensor input)
      throws IOException {
    String masks = folder + "droppath_keep.npy";
    String path = folder + "logits_droppath" + LAST;
    if (!golden.has(masks) || !findings.wanted(path)) {
      return;
    }
    GoldenArray array = golden.array(masks); // (masks,B)
    findings.input(masks);
    double last =
        Double.parseDouble(
            golden.describe(masks).find("linspace\\(0, *([0-9.]+)", "linspace(0,rate,depth)"));
    List<boolean[]> keep = new ArrayList<>();
    int batch = array.shape().dim(1);
    for (int row = 0; row < array.shape().dim(0); row++) {
      boolean[] images = new boolean[batch];
      for (int b = 0; b < batch; b++) {
        images[b] = array.values()[row * batch + b] != 0;
      }
      keep.add(images);
    }
    DropPath dropPath = DropPath.of(last, model.config().depth(), keep);
    findings.tensor(path, lastToken(model.forward(labels, input, dropPath, false, Observer.NONE)));
  }

  /** (B,L,V) to (B,V). */
  private static Tensor lastToken(Tensor logits) {
    int length = logits.shape().dim(1);
    Tensor last = logits.slice(1, length - 1, length);
    return last.reshape(last.shape().dim(0), last.shape().dim(2));
  }
}
