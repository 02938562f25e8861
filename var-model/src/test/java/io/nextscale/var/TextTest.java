package io.nextscale.var;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Observer;
import io.nextscale.nn.Parameters;
import io.nextscale.nn.Schedule;
import io.nextscale.nn.Schedule.Curve;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.var.text.WordPieces;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Captions as the condition of a transformer. */
class TextTest {

  /** Logits of order 5 whose sums are taken in another order. */
  private static final double ORDER_OF_SUMS = 1e-4;

  private static final List<String> CAPTIONS =
      List.of("a red circle", "two blue squares", "a blue circle", "");

  private static final WordPieces PIECES = WordPieces.learn(CAPTIONS, 64);

  private static final int LENGTH = 6;

  /** Heads of the transformer are neither its depth nor those of the encoder. */
  private static VarConfig config(boolean shared, boolean unit) {
    return new VarConfig(3, 32, 2, 5, 8, 24, Tiny.SCALES, shared, unit)
        .withText(new TextConfig(PIECES.size(), LENGTH, 24, 2, 3));
  }

  static Condition captions(String... captions) {
    return Condition.captions(PIECES, LENGTH, List.of(captions));
  }

  static Generator generator() throws IOException {
    return new Generator(Tiny.model(config(false, true), Loading.forInference()), Tiny.vae());
  }

  // Generation

  @Test
  void generationSeesTheLogitsOfTraining() throws IOException {
    for (boolean unit : new boolean[] {true, false}) {
      for (boolean shared : new boolean[] {true, false}) {
        Var model = Tiny.model(config(shared, unit), Loading.forTraining());
        VqVae vae = Tiny.vae();
        Condition condition = captions("a red circle", "two blue squares");
        Generation request = Generation.fid(condition, 9).guidance(0);
        Map<String, Tensor> seen = new LinkedHashMap<>();

        TokenPyramid tokens =
            new Generator(model, vae)
                .generate(
                    request,
                    Draws.seeded(request.seeds()),
                    ScaleListener.NONE,
                    (name, x) -> seen.put(name, x.dtype().isReal() ? Workspace.keep(x) : x))
                .tokens();

        Tensor taught = model.forward(condition, vae.quantizer().teacherInput(tokens));
        for (int s = 0; s < Tiny.SCALES.count(); s++) {
          Golden.close(
              "scale " + s,
              seen.get(s + ".logits"),
              taught.slice(1, Tiny.SCALES.begin(s), Tiny.SCALES.end(s)),
              ORDER_OF_SUMS);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anImageHasTheSameBitsAloneAndInABatch(boolean smooth) throws IOException {
    Generator generator = generator();
    Generation request =
        Generation.fid(captions("a red circle", "", "two squares", "a blue circle"), 40)
            .guidance(3)
            .topK(10)
            .smooth(smooth);

    Generated together = generator.generate(request);

    Set<String> different = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      Generated alone = generator.generate(request.image(i));
      assertThat(alone.fHat().toArray())
          .containsExactly(together.fHat().slice(0, i, i + 1).toArray());
      different.add(java.util.Arrays.toString(alone.fHat().toArray()));
    }
    assertThat(different).hasSize(4);
  }

  @Test
  void greedyGenerationIsTheSameEveryTimeAndFollowsTheCaption() throws IOException {
    Generation request = Generation.fid(captions("a red circle"), 0).greedy(true);

    int[] first = generator().generate(request).tokens().sequence().toInts();
    int[] again = generator().generate(request.seeds(List.of(5L))).tokens().sequence().toInts();
    Generation blue = Generation.fid(captions("a blue circle"), 0).greedy(true);

    assertThat(again).containsExactly(first);
    assertThat(generator().generate(blue).tokens().sequence().toInts()).isNotEqualTo(first);
  }

  @Test
  void guidancePushesAwayFromTheEmptyCaption() throws IOException {
    Generator generator = generator();
    Map<String, Tensor> seen = new LinkedHashMap<>();
    Generation request = Generation.fid(captions("a red circle"), 2).guidance(3);
    Observer observer = (name, x) -> seen.put(name, x.dtype().isReal() ? Workspace.keep(x) : x);

    TokenPyramid tokens =
        generator
            .generate(request, Draws.seeded(request.seeds()), ScaleListener.NONE, observer)
            .tokens();

    Tensor input = generator.vae().quantizer().teacherInput(tokens);
    Tensor own = generator.model().forward(captions("a red circle"), input);
    Tensor none = generator.model().forward(captions(""), input);
    for (int s = 0; s < 3; s++) {
      float t = 3f * s / 2;
      Tensor expected =
          own.times(1 + t).minus(none.times(t)).slice(1, Tiny.SCALES.begin(s), Tiny.SCALES.end(s));
      Golden.close("scale " + s, seen.get(s + ".logits"), expected, (1 + 2 * t) * ORDER_OF_SUMS);
    }
  }

  // Training

  @Test
  void fourCaptionsAreLearntByHeartAndDrawnAgain() throws IOException {
    VarConfig config = config(false, true);
    Var model = Var.load(Var.initial(config, RandomStream.of(5)), config, Loading.forTraining());
    Schedule schedule = new Schedule(Curve.of("lin00"), 4e-3, 0.05, 0.05, 0, 100, 1, 1);
    Training settings = Training.published(schedule, config.depth()).withoutDropping();
    VarTrainer trainer = new VarTrainer(model, Tiny.vae(), settings);
    TokenPyramid tokens = Tiny.vae().tokenize(Tiny.images(4));
    Condition condition = captions(CAPTIONS.toArray(String[]::new));

    double first = trainer.evaluate(tokens, condition).lossMean();
    for (int it = 0; it < 100; it++) {
      trainer.step(it, tokens, condition);
    }
    VarTrainer.Evaluation learnt = trainer.evaluate(tokens, condition);

    // At the beginning every one of 24 codes is as probable as any other.
    assertThat(first).isCloseTo(Math.log(24), Offset.offset(0.1));
    assertThat(learnt.lossMean()).isLessThan(0.1);
    Generated again =
        new Generator(model, Tiny.vae())
            .generate(Generation.fid(condition, 0).guidance(0).greedy(true));
    assertThat(again.tokens().sequence().toInts()).containsExactly(tokens.sequence().toInts());
  }

  /** Derivatives of every kind of parameter that text brings along, by central differences. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void derivativesAreThoseOfCentralDifferences(boolean unit) throws IOException {
    Var model = Tiny.model(config(false, unit), Loading.forTraining());
    Condition condition = captions("a red circle", "two blue squares");
    TokenPyramid tokens = Tiny.vae().tokenize(Tiny.images(2));
    Tensor input = Tiny.vae().quantizer().teacherInput(tokens);
    TokenLoss loss = TokenLoss.of(Tiny.SCALES, 0);
    Gradients gradients =
        Gradients.of(() -> loss.of(model.forward(condition, input), tokens.sequence()));

    int compared = 0;
    for (Map.Entry<String, Parameter> entry : model.parameters().trained().entrySet()) {
      if (entry.getKey().contains("cross.") || entry.getKey().startsWith("text.")) {
        Parameter parameter = entry.getValue();
        Tensor before = parameter.peek();
        Tensor direction =
            Tensor.normal(parameter.shape(), 0, 1, RandomStream.of(entry.getKey().hashCode()));
        float h = 2e-3f;
        double[] values = new double[2];
        for (int side = 0; side < 2; side++) {
          parameter.set(before.plus(direction.times(side == 0 ? -h : h)));
          values[side] = loss.of(model.forward(condition, input), tokens.sequence()).item();
        }
        parameter.set(before);
        double measured = (values[1] - values[0]) / (2 * h);
        double derived = gradients.of(parameter).times(direction).sum().item();
        // The loss is near 4, so its last bit divided by 2h is 1e-4; curvature adds about as much.
        assertThat(derived)
            .as(entry.getKey())
            .isCloseTo(measured, Offset.offset(1e-3 + 0.02 * Math.abs(measured)));
        compared += Math.abs(measured) > 0.02 ? 1 : 0;
      }
    }
    assertThat(compared).as("derivatives that are not nearly zero").isGreaterThan(20);
  }

  @Test
  void recomputingBlocksGivesTheSameGradients() throws IOException {
    Var model = Tiny.model(config(true, true), Loading.forTraining());
    Condition condition = captions("a red circle", "two blue squares");
    TokenPyramid tokens = Tiny.vae().tokenize(Tiny.images(2));
    Tensor input = Tiny.vae().quantizer().teacherInput(tokens);
    TokenLoss loss = TokenLoss.of(Tiny.SCALES, 0);
    Gradients kept =
        Gradients.of(() -> loss.of(model.forward(condition, input), tokens.sequence()));
    Gradients recomputed =
        Gradients.of(() ->
            loss.of(
                model.forward(condition, input, DropPath.NONE, true, Observer.NONE),
                tokens.sequence()));

    model
        .parameters()
        .trained()
        .forEach((name, parameter) ->
            assertThat(recomputed.of(parameter).toArray())
                .as(name)
                .containsExactly(kept.of(parameter).toArray()));
  }

  @Test
  void droppedCaptionsAreEmptyOnes() throws IOException {
    Schedule schedule = new Schedule(Curve.of("lin00"), 1e-3, 0.05, 0.05, 0, 100, 1, 1);
    TokenPyramid tokens = Tiny.vae().tokenize(Tiny.images(2));
    double[] losses = new double[2];
    for (int i = 0; i < 2; i++) {
      Var model = Tiny.model(config(false, true), Loading.forTraining());
      Training settings =
          Training.of(Training.Steps.published(schedule))
              .with(new Training.Chance(1 - i, 0, 0))
              .withSeed(7);
      Condition given = i == 0 ? captions("a red circle", "two squares") : captions("", "");
      losses[i] = new VarTrainer(model, Tiny.vae(), settings).step(0, tokens, given).loss();
    }
    assertThat(losses[0]).isEqualTo(losses[1]);
  }

  // Conditions

  @Test
  void rowsOfAConditionCanBeChosenJoinedAndEmptied() {
    Condition text = captions("a red circle", "", "two blue squares");
    Condition labels = Condition.classes(4, -1, 2);
    for (Condition condition : List.of(text, labels)) {
      assertThat(condition.rows()).isEqualTo(3);
      assertThat(condition.isNone(0)).isFalse();
      assertThat(condition.isNone(1)).isTrue();
      assertThat(condition.select(2, 0).followedBy(condition.select(1)).select(1, 2, 0))
          .isEqualTo(condition);
      assertThat(condition.without(true, false, false).isNone(0)).isTrue();
      assertThat(condition.without(true, false, false).select(2)).isEqualTo(condition.select(2));
      assertThat(condition.none()).isEqualTo(condition.select(1, 1, 1));
      assertThatThrownBy(() -> condition.without(true))
          .hasMessage("condition: a mark for each of 3 rows; got 1");
    }
    assertThat(text.none()).isEqualTo(captions("", "", ""));
    Tensor ids = Tensor.ofInts(Shape.of(1, LENGTH), PIECES.encode("a red circle", LENGTH));
    assertThat(Condition.captions(ids)).isEqualTo(captions("a red circle"));
    assertThatThrownBy(() -> text.followedBy(labels))
        .hasMessage("condition: rows of one kind; got a caption and a label");
    assertThatThrownBy(() -> new Condition.Captions(List.of(List.of(2, 0), List.of(2))))
        .hasMessage("condition: captions of equally many word pieces, at least 1; got [2, 1]");
  }

  @Test
  void conditionsThatDoNotFitAreRefused() throws IOException {
    Generator text = generator();
    assertThatThrownBy(() -> text.generate(Generation.fid(List.of(1), 0)))
        .hasMessage("generate: a caption for each image; got a label");
    assertThatThrownBy(() -> Tiny.generator().generate(Generation.fid(captions("a circle"), 0)))
        .hasMessage("generate: a label for each image; got a caption");
    Condition shorter = Condition.captions(PIECES, 3, List.of("a circle"));
    assertThatThrownBy(() -> text.generate(Generation.fid(shorter, 0)))
        .hasMessageStartingWith("generate: captions of 6 word pieces, each from 0 to ")
        .hasMessageContaining("; got 3 from 2 to ")
        .hasMessageEndingWith("encode them with the vocabulary of the model");
    Condition strange = new Condition.Captions(List.of(List.of(2, PIECES.size(), 0, 0, 0, 0)));
    assertThatThrownBy(() -> text.generate(Generation.fid(strange, 0)))
        .hasMessageContaining("; got 6 from 0 to " + PIECES.size());
    assertThatThrownBy(() -> Generation.fid(Condition.classes(), 0))
        .hasMessageContaining("at least one label");
    assertThatThrownBy(() -> new TextConfig(9, 4, 10, 1, 3))
        .hasMessageContaining("a width that the heads divide");
    assertThatThrownBy(() ->
            new VarConfig(
                1,
                4,
                1,
                5,
                1,
                1,
                Tiny.SCALES,
                false,
                true,
                new TextConfig(9, 4, 3, 1, 3),
                false,
                false,
                0))
        .hasMessageContaining("text takes the place of classes");
  }

  // Places

  /** With all places alike, an encoder cannot tell what comes first, unless its pieces turn. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void piecesThatTurnKnowTheirOrder(boolean rotary) {
    TextEncoder encoder = TextEncoder.declared(new TextConfig(9, 4, 24, 2, 3, rotary), 16);
    RandomStream random = RandomStream.of(8);
    Parameters parameters = Parameters.of(encoder);
    for (Parameter parameter : parameters.trained().values()) {
      parameter.set(Tensor.normal(parameter.shape(), 0, 0.4f, random));
    }
    encoder.places().set(Tensor.zeros(encoder.places().shape()));

    Tensor there = encoder.pooled(encoder.forward(ids(2, 7, 5, 8)));
    Tensor back = encoder.pooled(encoder.forward(ids(8, 5, 7, 2)));

    float[] differences = there.minus(back).abs().toArray();
    double difference = 0;
    for (float d : differences) {
      difference = Math.max(difference, d);
    }
    if (rotary) {
      assertThat(difference).isGreaterThan(0.01);
    } else {
      assertThat(difference).isLessThan(1e-5);
    }
  }

  private static Tensor ids(int... ids) {
    return Tensor.ofInts(Shape.of(1, ids.length), ids);
  }

  @Test
  void productsTellHowFarPiecesStandFromEachOther() {
    Rotation rotation = Rotation.of(Rotation.constant(6, 8).value(), 0, 6);
    RandomStream random = RandomStream.of(3);
    Tensor q = Tensor.normal(Shape.of(1, 1, 1, 8), 0, 1, random).broadcastTo(Shape.of(1, 6, 1, 8));
    Tensor k = Tensor.normal(Shape.of(1, 1, 1, 8), 0, 1, random).broadcastTo(Shape.of(1, 6, 1, 8));
    Tensor products = // (6,6): piece i asks piece j
        rotation.turn(q).reshape(6, 8).matmul(rotation.turn(k).reshape(6, 8), false, true);
    float[] p = products.toArray();
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 5; j++) {
        assertThat(p[(i + 1) * 6 + j + 1]).isCloseTo(p[i * 6 + j], Offset.offset(1e-4f));
      }
    }
    assertThat(p[1]).as("before and behind").isNotCloseTo(p[6], Offset.offset(1e-2f));
    assertThatThrownBy(() -> new TextConfig(9, 4, 9, 1, 3, true))
        .hasMessageContaining("an even number of channels");
  }

  // Files

  @Test
  void aFileTellsTheSizesOfATextModel(@TempDir Path folder) throws IOException {
    for (boolean shared : new boolean[] {true, false}) {
      VarConfig config =
          config(shared, true).withText(new TextConfig(PIECES.size(), LENGTH, 24, 2, 3, shared));
      Path path = folder.resolve("text.safetensors");
      Var.declared(config)
          .parameters()
          .save(
              path,
              Var.initial(config, RandomStream.of(1)),
              DType.F32,
              Map.of(WordPieces.METADATA, PIECES.write()));

      Var model = Var.load(path);

      assertThat(model.config()).isEqualTo(config);
    }
  }

  @Test
  void labelsBringNoNamesOfText() {
    assertThat(Var.declared(Tiny.TRANSFORMER).parameters().shapes().keySet())
        .noneMatch(name -> name.contains("text") || name.contains("cross"));
    assertThat(Var.declared(config(false, true)).parameters().shapes().keySet())
        .contains(
            "text.tokens.weight",
            "text.pos_embed",
            "text.layers.1.attn.mat_qkv.weight",
            "text.norm.weight",
            "text.pool.bias",
            "blocks.2.cross.scale_mul_1H11",
            "blocks.0.cross.mat_q.weight",
            "blocks.0.cross.mat_kv.bias",
            "blocks.0.cross.proj.weight")
        .doesNotContain("class_emb.weight");
  }

  @Test
  void firstValuesFollowTheRules() throws IOException {
    VarConfig config =
        new VarConfig(2, 128, 4, 5, 8, 24, Tiny.SCALES, false, true)
            .withText(new TextConfig(200, 8, 96, 3, 4));
    Checkpoint initial = Var.initial(config, RandomStream.of(1));

    assertDeviation(initial, "text.tokens.weight", Math.sqrt(1.0 / (3 * 96)));
    assertDeviation(initial, "text.pos_embed", Math.sqrt(1.0 / (3 * 96)));
    assertDeviation(initial, "text.pool.weight", Math.sqrt(1.0 / (3 * 96)));
    assertDeviation(initial, "text.layers.2.ffn.fc2.weight", Math.sqrt(1.0 / (3 * 96) / 6));
    assertDeviation(initial, "blocks.1.cross.mat_kv.weight", Math.sqrt(1.0 / (3 * 96)));
    assertDeviation(initial, "blocks.1.cross.mat_q.weight", Math.sqrt(1.0 / (3 * 128)));
    assertDeviation(initial, "blocks.0.cross.proj.weight", Math.sqrt(1.0 / (3 * 128) / 4));
    assertThat(initial.tensor("text.layers.0.norm2.weight").toArray()).containsOnly(1);
    assertThat(initial.tensor("text.norm.bias").toArray()).containsOnly(0);
    assertThat(initial.tensor("blocks.0.cross.proj.bias").toArray()).containsOnly(0);
    assertThat(initial.tensor("blocks.0.cross.scale_mul_1H11").toArray())
        .containsOnly((float) Math.log(4));
    assertThat(VarTrainer.decays("text.pos_embed", Shape.of(1, 8, 96))).isFalse();
    assertThat(VarTrainer.decays("text.norm.weight", Shape.of(96))).isFalse();
    assertThat(VarTrainer.decays("blocks.0.cross.mat_q.weight", Shape.of(96, 96))).isTrue();
  }

  private static void assertDeviation(Checkpoint from, String name, double expected)
      throws IOException {
    Tensor values = from.tensor(name);
    double std = Math.sqrt(values.square().mean().item());
    // 768 values and more: a relative error of 1/√1536 is one deviation of the estimate.
    assertThat(std).as(name).isCloseTo(expected, Offset.offset(0.1 * expected));
  }
}
