package io.nextscale.cli.parity;

import io.nextscale.nn.Loading;
import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Schedule;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.TokenLoss;
import io.nextscale.var.Training;
import io.nextscale.var.Var;
import io.nextscale.var.VarTrainer;
import io.nextscale.vqvae.Scales;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Steps of the trainer, {@code <variant>/steps/}, with the settings in {@code
 * <variant>_train_steps} of the manifest: loss, norm of the gradients, learning rate and decay of
 * each step, and parameters after some of them. With the first weights also the losses of
 * progressive training, and the measures of validation.
 */
final class TrainerCheck implements Check {

  private static final Pattern AFTER = Pattern.compile("(?:sel|params)_after_(\\d+)\\.safetensors");
  private static final double[] BETAS = {0.9, 0.95};
  private static final double EPS = 1e-8;

  private final Models models;
  private final String variant;
  private final String folder;

  TrainerCheck(Models models, String variant) {
    this.models = models;
    this.variant = variant;
    this.folder = variant + "/steps/";
  }

  @Override
  public String name() {
    return "training steps of " + variant;
  }

  @Override
  public boolean reads(String path) {
    return path.startsWith(folder);
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    Section settings = golden.manifest().section(variant + "_train_steps");
    if (!Arrays.equals(settings.numbers("betas"), BETAS) || settings.number("eps") != EPS) {
      findings.notChecked(folder, "other betas or another eps than those of the trainer");
      return;
    }
    models.forgetTransformer();
    Var model = models.transformer(variant, Loading.forTraining());
    VarTrainer trainer = new VarTrainer(model, models.tokenizer(), training(settings));
    progressive(trainer, model, settings, golden, findings);
    validation(trainer, settings, findings);
    steps(trainer, model, settings, golden, findings);
  }

  private static Training training(Section settings) throws IOException {
    Schedule schedule =
        new Schedule(
            Schedule.Curve.of(settings.text("sche")),
            settings.number("peak_lr"),
            settings.number("wd"),
            settings.number("wd_end"),
            settings.integer("wp_it"),
            settings.integer("max_it"),
            settings.number("wp0"),
            settings.number("wpe"));
    double clip = settings.number("grad_clip");
    return Training.of(new Training.Steps(schedule, clip, 1, Optimizer.Kind.ADAMW))
        .with(new Training.Loss(settings.number("label_smooth"), 0))
        .with(
            new Training.Chance(
                settings.number("cond_drop_rate", 0), settings.number("drop_path_rate", 0), 0));
  }

  /** The images of an iteration, {@code proc("step_img_<it>", seed, (B,3,H,W), 1)}. */
  private Tensor images(int iteration, Section settings) throws IOException {
    Described described = new Described("manifest.json", settings.text("image"));
    String name = described.find("proc\\(\"([^\"]*)<it>\"", "proc(\"name_<it>\", …)");
    int batch = settings.integers("labels").length;
    return models.image(name + iteration, models.imageShape(batch));
  }

  private void steps(
      VarTrainer trainer, Var model, Section settings, GoldenFolder golden, Findings findings)
      throws IOException {
    if (!golden.has(folder + "losses.npy")) {
      return;
    }
    int count = golden.array(folder + "losses.npy").shape().size();
    int[] labels = settings.integers("labels");
    double[] losses = new double[count];
    double[] norms = new double[count];
    List<Double> rates = new ArrayList<>();
    for (int iteration = 0; iteration < count; iteration++) {
      VarTrainer.Report report = trainer.step(iteration, images(iteration, settings), labels);
      losses[iteration] = report.loss();
      norms[iteration] = report.gradientNorm();
      for (Json group : settings.list("param_group_names")) {
        rates.add(report.learningRate());
        double share = Section.of("param_group_names", group).number("wd_sc");
        rates.add(report.weightDecay() * share);
      }
      parametersAfter(iteration + 1, model, golden, findings);
    }
    findings.numbers(folder + "losses.npy", losses);
    findings.numbers(folder + "grad_norms.npy", norms);
    String ratesFile = folder + "lr_wd.npy";
    if (findings.wanted(ratesFile)) {
      try (Comparison comparison = findings.of(ratesFile, "")) {
        double[] values = rates.stream().mapToDouble(Double::doubleValue).toArray();
        comparison.numbers("", golden.array(ratesFile).values(), values);
        groups(model, settings, comparison);
      }
    }
  }

  private static void groups(Var model, Section settings, Comparison comparison)
      throws IOException {
    Map<String, Parameter> trained = model.parameters().trained();
    for (Json item : settings.list("param_group_names")) {
      Section group = Section.of("param_group_names", item);
      boolean decayed = group.number("wd_sc") != 0;
      for (String name : group.texts("names")) {
        Parameter parameter = trained.get(name);
        if (parameter == null) {
          comparison.fail(name, "no parameter of this name");
        } else {
          comparison.equal(
              name + " is decayed", decayed, VarTrainer.decays(name, parameter.shape()));
        }
      }
    }
  }

  private void parametersAfter(int steps, Var model, GoldenFolder golden, Findings findings)
      throws IOException {
    Map<String, Parameter> trained = model.parameters().trained();
    for (String path : golden.files()) {
      Matcher name = AFTER.matcher(path.substring(path.lastIndexOf('/') + 1));
      boolean here = path.startsWith(folder) && name.matches();
      if (!here || Integer.parseInt(name.group(1)) != steps || !findings.wanted(path)) {
        continue;
      }
      try (TensorFile file = golden.open(path);
          Comparison comparison = findings.of(path, "")) {
        for (Entry entry : file.entries().values()) {
          Parameter parameter = trained.get(entry.name());
          if (parameter == null) {
            comparison.fail(entry.name(), "no parameter of this name");
          } else {
            comparison.tensor(entry.name(), GoldenArray.read(file, entry), parameter.peek());
          }
        }
      }
    }
  }

  /** Rows of last scale, weight of its tokens, loss, mean cross-entropy and accuracy. */
  private void progressive(
      VarTrainer trainer, Var model, Section settings, GoldenFolder golden, Findings findings)
      throws IOException {
    String path = folder + "progressive.npy";
    if (!findings.wanted(path)) {
      return;
    }
    Scales scales = model.config().scales();
    Tensor images = images(0, settings);
    GoldenArray rows = golden.array(path);
    try (Comparison comparison = findings.of(path, "")) {
      for (int row = 0; row < rows.shape().dim(0); row++) {
        GoldenArray expected = rows.rows(row, row + 1);
        int count = (int) expected.values()[0] + 1;
        double weight = expected.values()[1];
        VarTrainer.Batch batch = trainer.batch(images, count);
        Tensor logits = model.forward(settings.integers("labels"), batch.input());
        TokenLoss loss = new TokenLoss(scales, count, weight, settings.number("label_smooth"));
        VarTrainer.Evaluation measured = trainer.evaluate(logits, batch.targets(), count);
        comparison.numbers(
            "row " + row,
            expected.values(),
            count - 1,
            weight,
            loss.of(logits, batch.targets()).item(),
            measured.lossMean(),
            measured.accuracyMean());
      }
    }
  }

  private void validation(VarTrainer trainer, Section settings, Findings findings)
      throws IOException {
    String path = folder + "eval_ep.npy";
    if (findings.wanted(path)) {
      VarTrainer.Evaluation measured =
          trainer.evaluate(images(0, settings), settings.integers("labels"));
      findings.numbers(
          path,
          measured.lossMean(),
          measured.lossTail(),
          measured.accuracyMean(),
          measured.accuracyTail(),
          measured.images());
    }
  }
}
