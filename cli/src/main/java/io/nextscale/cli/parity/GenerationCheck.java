package io.nextscale.cli.parity;

import io.nextscale.nn.Observer;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Draws;
import io.nextscale.var.Generated;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import io.nextscale.var.ScaleListener;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Generation that always takes the most probable token, {@code <variant>/ar/}: at every scale what
 * the transformer reads, the result of every block with the keys and values of earlier scales kept,
 * the logits before and after guidance, the ids, the sum of codes and the next input; then the
 * image. And shorter records {@code <name>_ids}, {@code <name>_logits_last} and {@code <name>_fhat}
 * with other labels and other guidance.
 */
final class GenerationCheck implements Check {

  private static final String IDS = "_ids.npy";
  private static final Pattern GUIDANCE = Pattern.compile("t *= *([0-9.]+) *\\*");
  private static final double DEFAULT_GUIDANCE = 1.5;

  private final Models models;
  private final String variant;
  private final String folder;

  GenerationCheck(Models models, String variant) {
    this.models = models;
    this.variant = variant;
    this.folder = variant + "/ar/";
  }

  @Override
  public String name() {
    return "greedy generation of " + variant;
  }

  @Override
  public boolean reads(String path) {
    return path.startsWith(folder);
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    Generator generator = new Generator(models.transformer(variant), models.tokenizer());
    if (golden.has(folder + "labels.npy")) {
      List<Integer> labels = labels(folder, golden, findings);
      Generation request = request(labels, guidance(variant, golden)).greedy(true);
      Draws none = Draws.seeded(request.seeds());
      Observer observer = new Rows(generator.model(), labels, findings);
      Generated generated = generator.generate(request, none, ScaleListener.NONE, observer);
      if (findings.wanted(folder + "img.npy")) {
        findings.map(folder + "img.npy", generated.images());
      }
    }
    for (String path : golden.files()) {
      if (path.startsWith(folder) && path.endsWith(IDS)) {
        other(path.substring(0, path.length() - IDS.length()), generator, golden, findings);
      }
    }
  }

  /** A request of these labels that draws nothing by itself. */
  static Generation request(List<Integer> labels, double guidance) {
    return Generation.fid(labels, 0)
        .seeds(Collections.nCopies(labels.size(), 0L))
        .guidance(guidance)
        .topK(0)
        .topP(0);
  }

  /** The labels of the greedy generation, which others use as well. */
  static List<Integer> labels(String folder, GoldenFolder golden, Findings findings)
      throws IOException {
    String file = folder + "labels.npy";
    List<Integer> labels = new ArrayList<>();
    for (int label : golden.array(file).ints()) {
      labels.add(label);
    }
    findings.input(file);
    return labels;
  }

  /**
   * The guidance of the greedy generation, as the descriptions of its logits have it: {@code t =
   * 1.5*0/4}. The default of the reference code where none says.
   */
  static double guidance(String variant, GoldenFolder golden) {
    for (String path : golden.listed()) {
      Matcher formula = GUIDANCE.matcher(golden.describe(path).text());
      if (path.startsWith(variant + "/ar/") && formula.find()) {
        return Double.parseDouble(formula.group(1));
      }
    }
    return DEFAULT_GUIDANCE;
  }

  private void other(String stem, Generator generator, GoldenFolder golden, Findings findings)
      throws IOException {
    String logitsFile = stem + "_logits_last.npy";
    String fHatFile = stem + "_fhat.npy";
    boolean wanted = findings.wanted(stem + IDS) || findings.wanted(logitsFile);
    if (!wanted && !findings.wanted(fHatFile)) {
      return;
    }
    Described described = golden.describe(stem + IDS);
    List<Integer> labels = described.integers("label_B");
    int batch = described.integer("B");
    if (labels.size() == 1) {
      labels = Collections.nCopies(batch, labels.getFirst());
    }
    Trace trace = new Trace("logits", "ids");
    Generation request = request(labels, described.number("cfg")).greedy(true);
    Generated generated =
        generator.generate(request, Draws.seeded(request.seeds()), ScaleListener.NONE, trace);
    int scales = generator.model().config().scales().count();
    findings.tensor(stem + IDS, trace.joined(scales, "ids"));
    if (findings.wanted(logitsFile)) {
      int positions = golden.array(logitsFile).shape().dim(1);
      findings.tensor(logitsFile, trace.at(scales - 1, "logits").slice(1, 0, positions));
    }
    findings.map(fHatFile, generated.fHat());
  }

  /**
   * Compares results as they come. The recorded batches hold each image twice, with its class and
   * without; the generator leaves out the second row where it would say the same, so it is put
   * back.
   */
  private final class Rows implements Observer {

    private final VarConfig config;
    private final List<Integer> labels;
    private final Findings findings;
    private final List<Tensor> blocks = new ArrayList<>();

    Rows(Var model, List<Integer> labels, Findings findings) {
      this.config = model.config();
      this.labels = labels;
      this.findings = findings;
    }

    @Override
    public void observe(String name, Tensor value) {
      int dot = name.indexOf('.');
      int scale = Integer.parseInt(name.substring(0, dot));
      String word = name.substring(dot + 1);
      if (word.startsWith("blocks.")) {
        String file = file("blocks", scale);
        if (findings.wanted(file)) {
          Tensor rows = doubled(value);
          blocks.add(Trace.copy(rows.reshape(prepend(rows.shape()))));
          if (blocks.size() == config.depth()) {
            findings.tap(file, Tensor.concat(0, blocks.toArray(Tensor[]::new)));
            blocks.clear();
          }
        }
        return;
      }
      switch (word) {
        case "x" -> findings.tap(file("x0", scale), doubled(value));
        case "raw_logits" -> findings.tap(file(word, scale), doubled(value));
        case "logits", "ids" -> findings.tap(file(word, scale), value);
        case "f_hat" -> findings.tapMap(file("fhat", scale), value);
        case "next" -> findings.tapMap(file("next_in", scale), value);
        default -> {}
      }
    }

    private String file(String word, int scale) {
      return folder + word + "_" + scale + ".npy";
    }

    /** (R,l,C) to (2B,l,C). */
    private Tensor doubled(Tensor rows) {
      int images = labels.size();
      if (rows.shape().dim(0) == 2 * images) {
        return rows;
      }
      List<Tensor> all = new ArrayList<>();
      all.add(rows.slice(0, 0, images));
      int next = images;
      for (int i = 0; i < images; i++) {
        int from = labels.get(i) < config.noClass() && labels.get(i) >= 0 ? next++ : i;
        all.add(rows.slice(0, from, from + 1));
      }
      return Tensor.concat(0, all.toArray(Tensor[]::new));
    }

    private static Shape prepend(Shape shape) {
      int[] dims = new int[shape.rank() + 1];
      dims[0] = 1;
      System.arraycopy(shape.dims(), 0, dims, 1, shape.rank());
      return Shape.of(dims);
    }
  }
}
