package io.nextscale.var;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Observer;
import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Parameters;
import io.nextscale.nn.Schedule;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The transformer against the official code, float32 against float32. */
class VarGoldenTest {

  /** Tokens of order 1 inside the transformer: measured 2e-6 against float64. */
  private static final double TOKENS = 2e-5;

  /** Logits of order 5: measured 1.1e-5 against float64. */
  private static final double LOGITS = 5e-5;

  /** Logits after guidance, which multiplies errors by up to 5. */
  private static final double GUIDED = 1e-4;

  /** Images after the decoder: measured 1.6e-5 against float64. */
  private static final double IMAGE = 1e-4;

  /** Mixed codes: a temperature of 0.0135 amplifies the errors of logits 150 times. */
  private static final double SMOOTH = 3e-3;

  /** Means of losses. */
  private static final double LOSS = 1e-5;

  /** Gradients by the largest element of each: measured 2e-6 against float64. */
  private static final double GRADIENT = 1e-4;

  /** Parameters after three steps: measured 1.5e-7 against float64. */
  private static final double PARAMETER = 2e-6;

  /**
   * Single operations of the attention and of a block; gradients of parameters by the largest
   * element. PyTorch's own float32 gradient of q_bias is 2.1e-5 from the exact one, of order 13.
   */
  private static final double OPERATION = 2e-5;

  static List<Arguments> variants() throws Exception {
    List<Arguments> all = new ArrayList<>();
    for (Golden golden : Golden.sets().toList()) {
      for (String variant : golden.variants()) {
        all.add(Arguments.of(golden, variant));
      }
    }
    return all;
  }

  // Training

  @ParameterizedTest
  @MethodSource("variants")
  void trainingAgreesFromInputToLogits(Golden golden, String variant) throws IOException {
    Var model = golden.model(variant, Loading.forTraining());
    String at = variant + "/train/";
    int[] labels = golden.ids(at + "labels.npy");
    Tensor input = golden.load(at + "x_BLCv_wo_first_l.npy");
    Map<String, Tensor> seen = new LinkedHashMap<>();

    Tensor logits =
        model.forward(labels, input, DropPath.NONE, false, (name, x) -> seen.put(name, copy(x)));

    golden.close(at + "x_BLC_in.npy", seen.get("x"), TOKENS);
    for (int i = 0; i < model.config().depth(); i++) {
      golden.close(at + "block_" + i + ".npy", seen.get("blocks." + i), TOKENS);
    }
    golden.close(at + "head_nm.npy", seen.get("head_nm"), TOKENS);
    golden.close(at + "logits.npy", logits, LOGITS);
    Tensor targets = golden.load(at + "gt_ids.npy");
    golden.close(at + "ce_ls0.0.npy", logits.crossEntropy(targets, 0), LOGITS);
    golden.close(at + "ce_ls0.1.npy", logits.crossEntropy(targets, 0.1f), LOGITS);
    Tensor loss = TokenLoss.of(model.config().scales(), 0).of(logits, targets);
    golden.close(at + "loss.npy", loss, LOSS);
    golden.assertCompared(4);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void gradientsAgreeWithAndWithoutRecomputation(Golden golden, String variant) throws IOException {
    Var model = golden.model(variant, Loading.forTraining());
    String at = variant + "/train/";
    int[] labels = golden.ids(at + "labels.npy");
    Tensor input = golden.load(at + "x_BLCv_wo_first_l.npy");
    Tensor targets = golden.load(at + "gt_ids.npy");
    Map<String, Parameter> trained = model.parameters().trained();
    Function<Boolean, Gradients> run =
        recompute ->
            Gradients.of(() ->
                TokenLoss.of(model.config().scales(), 0)
                    .of(
                        model.forward(labels, input, DropPath.NONE, recompute, Observer.NONE),
                        targets));

    Gradients kept = run.apply(false);
    Gradients recomputed = run.apply(true);

    for (Map.Entry<String, Parameter> entry : trained.entrySet()) {
      Tensor gradient = kept.of(entry.getValue());
      assertThat(gradient).as(entry.getKey()).isNotNull();
      assertThat(recomputed.of(entry.getValue()).toArray())
          .as(entry.getKey())
          .containsExactly(gradient.toArray());
      String file = at + "grad/" + entry.getKey() + ".npy";
      if (Files.exists(golden.path(file))) {
        golden.closeGradient(file, gradient, GRADIENT);
      }
    }
    if (Files.exists(golden.path(at + "grads.safetensors"))) {
      try (TensorFile all = TensorFile.open(golden.path(at + "grads.safetensors"))) {
        assertThat(all.entries().keySet()).containsExactlyInAnyOrderElementsOf(trained.keySet());
        for (Map.Entry<String, Parameter> entry : trained.entrySet()) {
          golden.closeGradient(
              entry.getKey(), kept.of(entry.getValue()), all.load(entry.getKey()), GRADIENT);
        }
      }
    } else if (!variant.equals("var")) {
      golden.assertCompared(4);
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void classesAndPathsAreDroppedAlike(Golden golden, String variant) throws IOException {
    Var model = golden.model(variant, Loading.forTraining());
    String at = variant + "/train/";
    int[] labels = golden.ids(at + "labels.npy");
    Tensor input = golden.load(at + "x_BLCv_wo_first_l.npy");
    float[] uniform = golden.load(at + "cond_drop_u.npy").toArray();

    int[] dropped = VarTrainer.dropClasses(labels, 0.5, model.config().noClass(), uniform);

    golden.close(
        at + "logits_cond_drop0.5_last_token.npy",
        lastToken(model.forward(dropped, input)),
        LOGITS);
    if (Files.exists(golden.path(at + "droppath_keep.npy"))) {
      Tensor keep = golden.load(at + "droppath_keep.npy");
      List<boolean[]> masks = new ArrayList<>();
      for (int i = 0; i < keep.shape().dim(0); i++) {
        masks.add(mask(keep.slice(0, i, i + 1)));
      }
      DropPath dropPath = DropPath.of(0.5, model.config().depth(), masks);
      golden.close(
          at + "logits_droppath_last_token.npy",
          lastToken(model.forward(labels, input, dropPath, false, Observer.NONE)),
          LOGITS);
    }
    golden.assertCompared(variant.equals("var") ? 2 : 1);
  }

  private static boolean[] mask(Tensor keep) {
    float[] values = keep.toArray();
    boolean[] mask = new boolean[values.length];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = values[i] == 1;
    }
    return mask;
  }

  private static Tensor lastToken(Tensor logits) {
    int length = logits.shape().dim(1);
    return logits.slice(1, length - 1, length).reshape(logits.shape().dim(0), -1);
  }

  private static Training settings(Golden golden) {
    Json.Obj steps = golden.object("var_train_steps");
    Schedule schedule =
        new Schedule(
            Schedule.Curve.of(((Json.Str) steps.members().get("sche")).value()),
            Golden.real(steps, "peak_lr"),
            Golden.real(steps, "wd"),
            Golden.real(steps, "wd_end"),
            Golden.integer(steps, "wp_it"),
            Golden.integer(steps, "max_it"),
            Golden.real(steps, "wp0"),
            Golden.real(steps, "wpe"));
    double clip = Golden.real(steps, "grad_clip");
    return Training.of(new Training.Steps(schedule, clip, 1, Optimizer.Kind.ADAMW))
        .with(new Training.Loss(Golden.real(steps, "label_smooth"), 0));
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.var.Golden#sets")
  void threeStepsOfTrainingAgree(Golden golden) throws IOException {
    Var model = golden.model("var", Loading.forTraining());
    VqVae vae = golden.vae(Loading.forInference());
    int side = vae.config().imageHeight();
    VarTrainer trainer = new VarTrainer(model, vae, settings(golden));
    int[] labels = Golden.integers(golden.object("var_train_steps"), "labels");
    float[] losses = golden.load("var/steps/losses.npy").toArray();
    float[] norms = golden.load("var/steps/grad_norms.npy").toArray();
    float[] rates = golden.load("var/steps/lr_wd.npy").toArray();

    for (int it = 0; it < losses.length; it++) {
      VarTrainer.Report report =
          trainer.step(it, golden.images("step_img_" + it, labels.length, side, side), labels);
      assertThat(report.loss()).isCloseTo(losses[it], Offset.offset(LOSS * losses[it]));
      assertThat(report.gradientNorm()).isCloseTo(norms[it], Offset.offset(LOSS * norms[it]));
      // Groups: (rate, decay) of the parameters that are not decayed, then of the others.
      assertThat((float) report.learningRate()).isEqualTo(rates[4 * it + 2]);
      assertThat((float) report.weightDecay()).isEqualTo(rates[4 * it + 3]);
      if (it == 0) {
        compareParameters(golden, model, "var/steps/sel_after_1.safetensors");
      }
    }
    if (golden.has("var/steps/params_after_3.safetensors")) {
      compareParameters(golden, model, "var/steps/params_after_3.safetensors");
    }
  }

  private static void compareParameters(Golden golden, Var model, String file) throws IOException {
    try (TensorFile expected = TensorFile.open(golden.path(file))) {
      assertThat(expected.entries()).isNotEmpty();
      Map<String, Parameter> trained = model.parameters().trained();
      for (String name : expected.entries().keySet()) {
        Golden.close(name, trained.get(name).peek(), expected.load(name), PARAMETER);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.var.Golden#sets")
  void theSameParametersAreDecayed(Golden golden) {
    Map<String, Parameter> trained = Var.declared(golden.config("var")).parameters().trained();
    Json.Arr groups =
        (Json.Arr) golden.object("var_train_steps").members().get("param_group_names");
    int checked = 0;
    for (Json item : groups.items()) {
      Json.Obj group = (Json.Obj) item;
      boolean decayed = Golden.real(group, "wd_sc") == 1;
      for (Json name : ((Json.Arr) group.members().get("names")).items()) {
        String text = ((Json.Str) name).value();
        assertThat(VarTrainer.decays(text, trained.get(text).shape())).as(text).isEqualTo(decayed);
        checked++;
      }
    }
    assertThat(checked).isEqualTo(trained.size());
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.var.Golden#sets")
  void progressiveLossesAndEvaluationAgree(Golden golden) throws IOException {
    Var model = golden.model("var", Loading.forTraining());
    VqVae vae = golden.vae(Loading.forInference());
    Scales scales = model.config().scales();
    int side = vae.config().imageHeight();
    VarTrainer trainer = new VarTrainer(model, vae, settings(golden));
    int[] labels = Golden.integers(golden.object("var_train_steps"), "labels");
    Tensor images = golden.images("step_img_0", labels.length, side, side);

    Tensor rows = golden.load("var/steps/progressive.npy");
    for (int row = 0; row < rows.shape().dim(0); row++) {
      float[] expected = rows.slice(0, row, row + 1).toArray();
      int count = (int) expected[0] + 1;
      VarTrainer.Batch batch = trainer.batch(images, count);
      Tensor logits = model.forward(labels, batch.input());
      TokenLoss loss =
          new TokenLoss(scales, count, expected[1], settings(golden).loss().smoothing());
      assertRelative(loss.of(logits, batch.targets()).item(), expected[2]);
      VarTrainer.Evaluation evaluation = trainer.evaluate(logits, batch.targets(), count);
      assertRelative(evaluation.lossMean(), expected[3]);
      assertRelative(evaluation.accuracyMean(), expected[4]);
    }

    float[] expected = golden.load("var/steps/eval_ep.npy").toArray();
    VarTrainer.Evaluation evaluation = trainer.evaluate(images, labels);
    assertRelative(evaluation.lossMean(), expected[0]);
    assertRelative(evaluation.lossTail(), expected[1]);
    assertRelative(evaluation.accuracyMean(), expected[2]);
    assertRelative(evaluation.accuracyTail(), expected[3]);
    assertThat(evaluation.images()).isEqualTo((int) expected[4]);
  }

  private static void assertRelative(double actual, double expected) {
    assertThat(actual).isCloseTo(expected, Offset.offset(LOSS * expected));
  }

  // Generation

  private static Tensor copy(Tensor x) {
    return x.dtype().isReal()
        ? Tensor.of(x.shape(), x.toArray())
        : Tensor.ofInts(x.shape(), x.toInts());
  }

  private static Generator generator(Golden golden, String variant) throws IOException {
    return new Generator(
        golden.model(variant, Loading.forInference()), golden.vae(Loading.forInference()));
  }

  private static List<Integer> labels(Golden golden, String variant) throws IOException {
    return Arrays.stream(golden.ids(variant + "/ar/labels.npy")).boxed().toList();
  }

  private static Generation greedy(List<Integer> labels, double guidance) {
    return Generation.fid(labels, 0).guidance(guidance).topK(0).topP(0).greedy(true);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void greedyGenerationAgreesScaleByScale(Golden golden, String variant) throws IOException {
    Generator generator = generator(golden, variant);
    Map<String, Tensor> seen = new LinkedHashMap<>();
    Generation request = greedy(labels(golden, variant), 1.5);

    Generated generated =
        generator.generate(
            request,
            Draws.seeded(request.seeds()),
            ScaleListener.NONE,
            (name, x) -> seen.put(name, copy(x)));

    String at = variant + "/ar/";
    VarConfig config = generator.model().config();
    for (int s = 0; s < config.scales().count(); s++) {
      golden.close(at + "x0_" + s + ".npy", seen.get(s + ".x"), TOKENS);
      if (Files.exists(golden.path(at + "blocks_" + s + ".npy"))) {
        Tensor[] blocks = new Tensor[config.depth()];
        for (int i = 0; i < blocks.length; i++) {
          Tensor x = seen.get(s + ".blocks." + i);
          blocks[i] = x.reshape(1, x.shape().dim(0), x.shape().dim(1), x.shape().dim(2));
        }
        golden.close(at + "blocks_" + s + ".npy", Tensor.concat(0, blocks), TOKENS);
      }
      golden.close(at + "raw_logits_" + s + ".npy", seen.get(s + ".raw_logits"), GUIDED);
      golden.close(at + "logits_" + s + ".npy", seen.get(s + ".logits"), GUIDED);
      golden.same(at + "ids_" + s + ".npy", generated.tokens().ids().get(s));
      golden.closeMap(at + "fhat_" + s + ".npy", seen.get(s + ".f_hat"), TOKENS);
      if (s + 1 < config.scales().count()) {
        golden.closeMap(at + "next_in_" + s + ".npy", seen.get(s + ".next"), TOKENS);
      }
    }
    golden.closeMap(at + "img.npy", generated.images(), IMAGE);
    golden.assertCompared(10);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void guidanceOfEveryKindAgrees(Golden golden, String variant) throws IOException {
    Generator generator = generator(golden, variant);
    Map<String, Generation> requests = new LinkedHashMap<>();
    requests.put("int_label_cfg4", greedy(List.of(1, 1), 4));
    requests.put("uncond_neg_label", greedy(List.of(Generation.NO_CLASS), 1.5));
    requests.put("cfg0", greedy(labels(golden, variant), 0));

    for (Map.Entry<String, Generation> request : requests.entrySet()) {
      String at = variant + "/ar/" + request.getKey();
      Map<String, Tensor> seen = new LinkedHashMap<>();
      Generated generated =
          generator.generate(
              request.getValue(),
              Draws.seeded(request.getValue().seeds()),
              ScaleListener.NONE,
              (name, x) -> seen.put(name, copy(x)));

      golden.same(at + "_ids.npy", generated.tokens().sequence());
      int last = generated.tokens().scales().count() - 1;
      golden.close(at + "_logits_last.npy", seen.get(last + ".logits").slice(1, 0, 4), GUIDED);
      if (Files.exists(golden.path(at + "_fhat.npy"))) {
        golden.closeMap(at + "_fhat.npy", generated.fHat(), TOKENS);
      }
    }
    golden.assertCompared(3);
  }

  /** The random numbers of the files, by name. */
  private static Draws draws(Golden golden, String prefix) {
    return new Draws() {
      @Override
      public Tensor exponentials(int scale, Shape shape) {
        return negativeLog(golden.uniform(prefix + ".q." + scale, shape.size()), shape);
      }

      @Override
      public Tensor gumbel(int scale, Shape shape) {
        float[] uniform = golden.uniform(prefix + ".g." + scale, shape.size());
        return negativeLog(negativeLog(uniform, shape).toArray(), shape);
      }
    };
  }

  private static Tensor negativeLog(float[] values, Shape shape) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) -Math.log(values[i]);
    }
    return Tensor.of(shape, values);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void sampledGenerationAgreesGivenTheDraws(Golden golden, String variant) throws IOException {
    Generator generator = generator(golden, variant);
    Map<String, Generation> requests = new LinkedHashMap<>();
    Generation all = Generation.fid(labels(golden, variant), 0).topK(0).topP(0);
    requests.put("topk12_topp0.9", all.topK(12).topP(0.9));
    requests.put("nofilter", all);

    for (Map.Entry<String, Generation> request : requests.entrySet()) {
      String at = variant + "/sampled_" + request.getKey();
      Draws draws = draws(golden, variant + "." + request.getKey());
      Map<String, Tensor> seen = new LinkedHashMap<>();
      Generated generated =
          generator.generate(
              request.getValue(), draws, ScaleListener.NONE, (name, x) -> seen.put(name, copy(x)));

      Tensor q = golden.load(at + "/q_0.npy");
      golden.close(at + "/q_0.npy", draws.exponentials(0, q.shape()), 1e-6);
      golden.same(at + "/ids.npy", generated.tokens().sequence());
      golden.closeMap(at + "/fhat.npy", generated.fHat(), TOKENS);
      int last = generated.tokens().scales().count() - 1;
      Tensor probabilities = seen.get(last + ".filtered").slice(1, 0, 6).softmax();
      golden.close(at + "/probs_last.npy", probabilities, TOKENS);
    }
    golden.assertCompared(6);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void smoothGenerationAgreesGivenTheDraws(Golden golden, String variant) throws IOException {
    Generator generator = generator(golden, variant);
    Generation request =
        Generation.fid(labels(golden, variant), 0).topK(20).topP(0.95).smooth(true);
    Map<String, Tensor> seen = new LinkedHashMap<>();

    Generated generated =
        generator.generate(
            request,
            draws(golden, variant + ".smooth"),
            ScaleListener.NONE,
            (name, x) -> seen.put(name, copy(x)));

    String at = variant + "/smooth/";
    int last = generator.model().config().scales().count() - 1;
    assertThat(generated.tokens()).isNull();
    golden.close(at + "y_1.npy", seen.get("1.mixture"), SMOOTH);
    golden.closeMap(at + "h_last.npy", seen.get(last + ".codes"), SMOOTH);
    golden.closeMap(at + "fhat.npy", generated.fHat(), SMOOTH);
    golden.closeMap(at + "img.npy", generated.images(), SMOOTH);
    golden.assertCompared(2);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void editsAgree(Golden golden, String variant) throws IOException {
    Generator generator = generator(golden, variant);
    VqVae vae = generator.vae();
    int side = vae.config().imageHeight();
    TokenPyramid tokens = vae.tokenize(golden.images("img", 2, side, side).slice(0, 0, 1));
    Scales.Size map = tokens.scales().last();
    EditMask inside = EditMask.repaintBox(map, 0.2, 0.3, 0.8, 0.7);
    Map<String, Edit> edits = new LinkedHashMap<>();
    edits.put("inpaint_uncond", new Edit(tokens, inside));
    edits.put("outpaint_uncond", new Edit(tokens, EditMask.keepBox(map, 0.2, 0.3, 0.8, 0.7)));
    edits.put("class_edit", new Edit(tokens, inside));

    for (Map.Entry<String, Edit> edit : edits.entrySet()) {
      String at = variant + "/edit_" + edit.getKey() + "/";
      int label = edit.getKey().equals("class_edit") ? 1 : Generation.NO_CLASS;
      List<int[]> predicted = new ArrayList<>();
      Generation request = greedy(List.of(label), 3).editing(edit.getValue());
      Generated generated =
          generator.generate(
              request,
              Draws.seeded(request.seeds()),
              ScaleListener.NONE,
              (name, x) -> {
                if (name.endsWith(".ids")) {
                  predicted.add(x.toInts());
                }
              });

      EditMask mask = edit.getValue().mask();
      assertThat(mask.values()).containsExactly(golden.load(at + "mask.npy").toArray());
      int[] force = golden.ids(at + "force_gt.npy");
      int[] ids = golden.ids(at + "ids.npy");
      assertThat(predicted.stream().flatMapToInt(Arrays::stream).toArray()).containsExactly(ids);
      int[] kept = tokens.sequence().toInts();
      int[] result = generated.tokens().sequence().toInts();
      for (int i = 0; i < result.length; i++) {
        assertThat(result[i]).isEqualTo(force[i] == 1 ? kept[i] : ids[i]);
      }
      golden.closeMap(at + "fhat.npy", generated.fHat(), TOKENS);
      if (Files.exists(golden.path(at + "img.npy"))) {
        golden.closeMap(at + "img.npy", generated.images(), IMAGE);
      }
    }
    golden.assertCompared(3);
  }

  // Parts

  @ParameterizedTest
  @MethodSource("io.nextscale.var.Golden#sets")
  void attentionAgreesWithItsGradients(Golden golden) throws IOException {
    try (TensorFile file = TensorFile.open(golden.path("ops/self_attention.safetensors"))) {
      for (String kind : List.of("l2norm", "plain")) {
        Tensor x = file.load(kind + ".in.x");
        int heads = Integer.parseInt(file.metadata().get("heads"));
        Scales scales = Scales.of(1, 2, 3);
        SelfAttention attention =
            SelfAttention.declared(x.shape().dim(2), heads, kind.equals("l2norm"));
        Map<String, Parameter> trained = Parameters.of(attention).trained();
        for (Map.Entry<String, Parameter> p : trained.entrySet()) {
          p.getValue().set(file.load(kind + ".in." + p.getKey()));
        }
        int[] visible = new int[scales.length()];
        Arrays.setAll(visible, i -> scales.end(scales.levels()[i]));
        Sight masked = Sight.masked(Tensor.ofInts(Shape.of(visible.length), visible));

        Gradients g =
            Gradients.of(
                List.of(x), () -> attention.forward(x, masked), file.load(kind + ".gout.y"));

        Golden.close(kind, g.loss(), file.load(kind + ".out.y"), OPERATION);
        Golden.close(kind + " x", g.of(x), file.load(kind + ".grad.x"), OPERATION);
        for (Map.Entry<String, Parameter> p : trained.entrySet()) {
          golden.closeGradient(
              kind + " " + p.getKey(),
              g.of(p.getValue()),
              file.load(kind + ".grad." + p.getKey()),
              OPERATION);
        }
        Golden.close(
            kind, attention.forward(x, Sight.all()), file.load(kind + ".out.y_nomask"), OPERATION);
        List<KvCache.Chunk> past = new ArrayList<>();
        Tensor[] parts = new Tensor[scales.count()];
        for (int s = 0; s < parts.length; s++) {
          List<KvCache.Chunk> before = List.copyOf(past);
          parts[s] =
              attention.forward(
                  x.slice(1, scales.begin(s), scales.end(s)), Sight.after(before, past::add));
        }
        Golden.close(kind, Tensor.concat(1, parts), file.load(kind + ".out.y_kvcache"), OPERATION);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.var.Golden#sets")
  void blocksAgreeWithOwnAndSharedConditions(Golden golden) throws IOException {
    try (TensorFile file = TensorFile.open(golden.path("ops/adaln_block.safetensors"))) {
      for (String kind : List.of("aln", "saln")) {
        Tensor x = file.load(kind + ".in.x");
        boolean shared = kind.equals("saln");
        VarConfig config =
            new VarConfig(
                1,
                x.shape().dim(2),
                Integer.parseInt(file.metadata().get("heads")),
                1,
                1,
                1,
                Scales.of(1),
                shared,
                true);
        Block block = Block.declared(config);
        for (Map.Entry<String, Parameter> p : Parameters.of(block).trained().entrySet()) {
          p.getValue().set(file.load(kind + ".in." + p.getKey()));
        }
        Tensor condition = file.load(kind + ".in.cond");
        Modulation m =
            shared
                ? block.modulation(x, condition.reshape(x.shape().dim(0), 6, -1))
                : block.modulation(condition.silu(), null);
        Golden.close(
            kind, block.forward(x, m, Sight.all()), file.load(kind + ".out.y_eval"), OPERATION);
        List<boolean[]> keep =
            List.of(
                mask(file.load(kind + ".in.keep_attn")), mask(file.load(kind + ".in.keep_ffn")));
        Modulation dropped = DropPath.of(0.5, 2, keep).apply(1, m);
        Golden.close(
            kind,
            block.forward(x, dropped, Sight.all()),
            file.load(kind + ".out.y_droppath0.5"),
            OPERATION);
      }
    }
  }

  // Files

  @ParameterizedTest
  @MethodSource("io.nextscale.var.Golden#sets")
  void publishedTransformersHaveTheOfficialNamesAndShapes(Golden golden) throws IOException {
    Map<String, VarConfig> published = new LinkedHashMap<>();
    for (int depth : new int[] {16, 20, 24, 30}) {
      published.put("var_d" + depth, VarConfig.depth(depth));
    }
    published.put("var_d36_512_saln", VarConfig.depth(36));
    for (Map.Entry<String, VarConfig> entry : published.entrySet()) {
      Map<String, Shape> official = new LinkedHashMap<>();
      List<String> lines = Files.readAllLines(golden.path("names/" + entry.getKey() + ".csv"));
      for (String line : lines.subList(1, lines.size())) {
        String[] cell = line.split(",", -1);
        official.put(cell[0], Golden.shape(cell[1]));
      }
      Parameters parameters = Var.declared(entry.getValue()).parameters();
      assertThat(parameters.shapes()).containsExactlyEntriesOf(official);
      assertThat(VarConfig.of(parameters.checkpoint(entry.getKey()))).isEqualTo(entry.getValue());
    }
    assertThat(Var.declared(VarConfig.depth(16)).parameters().count()).isEqualTo(310_283_520L);
    assertThat(Var.declared(VarConfig.depth(36)).parameters().count()).isEqualTo(2_353_893_904L);
  }

  @ParameterizedTest
  @MethodSource("io.nextscale.var.Golden#sets")
  void filesOfTheOfficialCodeLoad(Golden golden) throws IOException {
    assumeTrue(
        Files.exists(golden.path("weights/var.pth")), "weight files are in the whole set only");
    for (String file : List.of("weights/var.pth", "weights/var.safetensors")) {
      Var model = Var.load(golden.path(file));
      assertThat(model.config()).isEqualTo(golden.config("var"));
      Checkpoint procedural = golden.weights("weights/var.csv");
      for (Map.Entry<String, Parameter> p : model.parameters().trained().entrySet()) {
        assertThat(p.getValue().peek().toArray())
            .as(p.getKey())
            .containsExactly(procedural.tensor(p.getKey()).toArray());
      }
    }
    VqVae vae = VqVae.load(golden.path("weights/vae.pth"), golden.tokenizer().scales());
    assertThat(vae.config()).isEqualTo(golden.tokenizer());
    // A training checkpoint holds the transformer beside the tokenizer and the optimiser.
    Var nested = Var.load(golden.path("pickle/ar-ckpt-last.pth"));
    try (TensorFile expected =
        TensorFile.open(golden.path("pickle/ar-ckpt-last_expected.safetensors"))) {
      for (Map.Entry<String, Parameter> p : nested.parameters().trained().entrySet()) {
        assertThat(p.getValue().peek().toArray())
            .as(p.getKey())
            .containsExactly(expected.load("var_wo_ddp." + p.getKey()).toArray());
      }
    }
  }
}
