package io.nextscale.var;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Observer;
import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Schedule;
import io.nextscale.nn.Schedule.Curve;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.vqvae.Scales;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VarTrainerTest {

  private static final Schedule CONSTANT =
      new Schedule(Curve.of("lin00"), 3e-3, 0.05, 0.05, 0, 100, 1, 1);

  /** Half of the labels, and half of the last block's paths. */
  private static final Training DROPPING =
      Training.of(Training.Steps.published(CONSTANT))
          .with(new Training.Loss(0.1, 0))
          .with(new Training.Chance(0.5, 0.5, 0))
          .withSeed(7);

  private static Training settings() {
    return Training.published(CONSTANT, Tiny.TRANSFORMER.depth()).withoutDropping();
  }

  @Test
  void oneBatchIsLearntByHeartAndGeneratedAgain() throws IOException {
    Var model =
        Var.load(
            Var.initial(Tiny.TRANSFORMER, RandomStream.of(5)),
            Tiny.TRANSFORMER,
            Loading.forTraining());
    VarTrainer trainer = new VarTrainer(model, Tiny.vae(), settings());
    Tensor images = Tiny.images(2);
    double first = trainer.evaluate(images, 1, 3).lossMean();
    for (int it = 0; it < 60; it++) {
      trainer.step(it, images, 1, 3);
    }
    VarTrainer.Evaluation learnt = trainer.evaluate(images, 1, 3);

    // At the beginning every one of 24 codes is as probable as any other.
    assertThat(first).isCloseTo(Math.log(24), Offset.offset(0.1));
    assertThat(learnt.lossMean()).isLessThan(0.1);
    assertThat(learnt.accuracyMean()).isEqualTo(100);
    assertThat(byToken(learnt.lossByScale())).isCloseTo(learnt.lossMean(), Offset.offset(1e-6));
    assertThat(learnt.lossByScale().getLast()).isEqualTo(learnt.lossTail());
    Generated again =
        new Generator(model, Tiny.vae())
            .generate(Generation.fid(List.of(1, 3), 0).guidance(0).greedy(true));
    assertThat(again.tokens().sequence().toInts())
        .containsExactly(Tiny.vae().tokenize(images).sequence().toInts());
  }

  /** The mean of all tokens from the means of the scales. */
  private static double byToken(List<Double> lossByScale) {
    Scales scales = Tiny.TRANSFORMER.scales();
    double sum = 0;
    for (int s = 0; s < scales.count(); s++) {
      sum += lossByScale.get(s) * scales.tokens(s);
    }
    return sum / scales.length();
  }

  @Test
  void accumulatedBatchesAreOneStep() throws IOException {
    Tensor images = Tiny.images(4);
    Var whole = Tiny.model(Tiny.TRANSFORMER, Loading.forTraining());
    Var parts = Tiny.model(Tiny.TRANSFORMER, Loading.forTraining());
    Training two =
        Training.of(new Training.Steps(CONSTANT, 2, 2, Optimizer.Kind.ADAMW))
            .with(new Training.Computation(true, 1));

    VarTrainer.Report report =
        new VarTrainer(whole, Tiny.vae(), settings()).step(1, images, 0, 1, 2, 3);
    VarTrainer trainer = new VarTrainer(parts, Tiny.vae(), two);
    VarTrainer.Report half = trainer.step(0, images.slice(0, 0, 2), 0, 1);
    VarTrainer.Report other = trainer.step(1, images.slice(0, 2, 4), 2, 3);

    assertThat(half.gradientNorm()).isNaN();
    assertThat(other.gradientNorm())
        .isCloseTo(report.gradientNorm(), Offset.offset(1e-5 * report.gradientNorm()));
    assertThat((half.loss() + other.loss()) / 2).isCloseTo(report.loss(), Offset.offset(1e-5));
    Map<String, Parameter> expected = whole.parameters().trained();
    int all = 0;
    int different = 0;
    for (Map.Entry<String, Parameter> entry : parts.parameters().trained().entrySet()) {
      float[] x = entry.getValue().peek().toArray();
      float[] y = expected.get(entry.getKey()).peek().toArray();
      for (int i = 0; i < x.length; i++) {
        all++;
        different += Math.abs(x[i] - y[i]) > 1e-5 ? 1 : 0;
      }
    }
    // A first step has the size of the rate, 3e-3, whatever the gradient: where that is nearly zero
    // its rounding decides the direction.
    assertThat((double) different / all).isLessThan(0.01);
  }

  /** What is dropped is drawn for the batch, whatever its slices are. */
  @Test
  void slicesOfABatchAreOneStep() throws IOException {
    Tensor images = Tiny.images(5);
    VarTrainer.Report[] reports = new VarTrainer.Report[3];
    float[][] heads = new float[3][];
    for (int i = 0; i < 3; i++) {
      Var model = Tiny.model(Tiny.TRANSFORMER, Loading.forTraining());
      Training settings = i == 0 ? DROPPING : DROPPING.withSlices(3);
      reports[i] = new VarTrainer(model, Tiny.vae(), settings).step(0, images, 0, 1, 2, 3, 1);
      heads[i] = model.parameters().trained().get("head.weight").peek().toArray();
    }
    assertThat(reports[1].loss()).isCloseTo(reports[0].loss(), Offset.offset(1e-5));
    assertThat(reports[1].gradientNorm())
        .isCloseTo(reports[0].gradientNorm(), Offset.offset(1e-5 * reports[0].gradientNorm()));
    assertThat(reports[2]).as("every time").isEqualTo(reports[1]);
    assertThat(heads[2]).isEqualTo(heads[1]);
    assertThatThrownBy(() -> DROPPING.withSlices(0)).hasMessageContaining("at least one slice");
  }

  @Test
  void droppingDependsOnSeedAndIteration() throws IOException {
    double[] losses = new double[4];
    for (int i = 0; i < 4; i++) {
      Var model = Tiny.model(Tiny.TRANSFORMER, Loading.forTraining());
      Training settings = i == 3 ? DROPPING.withSeed(8) : DROPPING;
      losses[i] =
          new VarTrainer(model, Tiny.vae(), settings)
              .step(i == 2 ? 1 : 0, Tiny.images(4), 0, 1, 2, 3)
              .loss();
    }
    assertThat(losses[1]).isEqualTo(losses[0]);
    assertThat(losses[2]).isNotEqualTo(losses[0]);
    assertThat(losses[3]).isNotEqualTo(losses[0]);
  }

  @Test
  void droppedPathsLeaveTheExpectationUnchanged() {
    DropPath drop = DropPath.draw(0.4, 3, 2000, RandomStream.of(1));
    Tensor ones = Tensor.ones(Shape.of(2000, 1, 1));
    Modulation m = new Modulation(ones, ones, ones, ones, ones, ones);

    assertThat(drop.apply(0, m).gate1()).as("the first block drops nothing").isSameAs(ones);
    assertThat(drop.apply(2, m).gate1().mean().item()).isBetween(0.95f, 1.05f);
    assertThat(drop.apply(2, m).gate2().toArray()).isNotEqualTo(drop.apply(2, m).gate1().toArray());
    assertThat(drop.apply(2, m).gate1().max(0).item()).isEqualTo((float) (1 / 0.6));
    assertThat(DropPath.NONE.apply(2, m)).isSameAs(m);
  }

  @Test
  void progressiveTrainingAddsScalesAndRaisesTheirWeight() {
    Schedule schedule = new Schedule(Curve.of("lin0.4"), 1, 0, 0, 10, 100, 0, 0);
    Progressive progressive = new Progressive(4, 0.6, 5);

    assertThat(progressive.scale(0, schedule, 10)).isEqualTo(4);
    assertThat(progressive.scale(10, schedule, 10)).isEqualTo(4);
    assertThat(progressive.scale(35, schedule, 10)).isEqualTo(6); // 4 + round(2.5), half to even
    assertThat(progressive.scale(59, schedule, 10)).isEqualTo(9);
    assertThat(progressive.scale(60, schedule, 10)).isEqualTo(9);
    Progressive.Weight weight = new Progressive.Weight(progressive);
    assertThat(weight.next(4)).isEqualTo(1);
    assertThat(weight.next(4)).isEqualTo(1);
    assertThat(weight.next(5)).isEqualTo(0.2);
    assertThat(weight.next(5)).isEqualTo(0.4);
    for (int i = 0; i < 10; i++) {
      weight.next(5);
    }
    assertThat(weight.next(5)).isEqualTo(1);
    assertThatThrownBy(() -> new Progressive(0, 0.5, 1))
        .hasMessageContaining("the scale 0 alone has no input");
  }

  @Test
  void progressiveStepsTrainTheFirstScalesOnly() throws IOException {
    Var model = Tiny.model(Tiny.TRANSFORMER, Loading.forTraining());
    Schedule schedule = new Schedule(Curve.of("lin0.4"), 1e-3, 0, 0, 2, 10, 0.5, 0.1);
    Training settings =
        Training.of(Training.Steps.published(schedule)).with(new Progressive(1, 0.5, 2));
    Tensor before = model.places().peek();

    VarTrainer trainer = new VarTrainer(model, Tiny.vae(), settings);
    VarTrainer.Report report = trainer.step(0, Tiny.images(2), 1, 2);

    assertThat(report.lastScale()).isEqualTo(1);
    float[] change = model.places().peek().minus(before).toArray();
    for (int i = 0; i < change.length; i++) {
      if (i >= 5 * 32) {
        assertThat(change[i]).as("the place of a token of scale 2").isZero();
      }
    }
    assertThat(trainer.step(9, Tiny.images(2), 1, 2).lastScale()).isEqualTo(2);
  }

  @Test
  void firstValuesFollowTheRules() throws IOException {
    VarConfig config = new VarConfig(2, 128, 2, 50, 8, 64, Tiny.SCALES, true, true);
    Checkpoint initial = Var.initial(config, RandomStream.of(1));
    double std = Math.sqrt(1.0 / (3 * 128));

    assertStd(initial.tensor("blocks.1.attn.mat_qkv.weight"), std);
    assertStd(initial.tensor("pos_1LC"), std);
    assertStd(initial.tensor("class_emb.weight"), std);
    assertStd(initial.tensor("shared_ada_lin.1.weight"), std);
    assertStd(initial.tensor("head.weight"), std * 0.02);
    assertStd(initial.tensor("head_nm.ada_lin.1.weight"), std * 0.5);
    assertStd(initial.tensor("blocks.0.ffn.fc2.weight"), std / 2);
    Tensor six = initial.tensor("blocks.0.ada_gss").reshape(6, 128);
    assertStd(six.slice(0, 0, 2), Math.sqrt(1.0 / 128) * 1e-5);
    assertStd(six.slice(0, 2, 6), Math.sqrt(1.0 / 128) * 0.5);
    assertThat(initial.tensor("blocks.0.attn.scale_mul_1H11").toArray())
        .containsExactly((float) Math.log(4), (float) Math.log(4));
    assertThat(initial.tensor("blocks.1.attn.q_bias").toArray()).containsOnly(0);
    Checkpoint own =
        Var.initial(
            new VarConfig(2, 64, 2, 50, 8, 64, Tiny.SCALES, false, true), RandomStream.of(1));
    Tensor rows = own.tensor("blocks.0.ada_lin.1.weight");
    assertStd(rows.slice(0, 0, 128), Math.sqrt(1.0 / 192) * 1e-5);
    assertStd(rows.slice(0, 128, 384), Math.sqrt(1.0 / 192) * 0.5);
  }

  private static void assertStd(Tensor values, double expected) {
    float[] x = values.toArray();
    double squares = 0;
    for (float v : x) {
      squares += (double) v * v;
    }
    // Five deviations of the estimate from this many values.
    double tolerance = 5 * expected / Math.sqrt(2.0 * x.length);
    assertThat(Math.sqrt(squares / x.length)).isCloseTo(expected, Offset.offset(tolerance));
  }

  @Test
  void theConfigurationIsReadFromNamesShapesAndLevels(@TempDir Path folder) throws IOException {
    for (boolean shared : new boolean[] {true, false}) {
      VarConfig config = new VarConfig(2, 32, 4, 7, 8, 24, Scales.of(1, 2, 3, 5), shared, true);
      Path file = folder.resolve("model" + shared + ".safetensors");
      Checkpoint initial = Var.initial(config, RandomStream.of(1));
      Var.declared(config).parameters().save(file, initial, DType.F16, Map.of());
      Var model = Var.load(file);
      assertThat(model.config()).isEqualTo(config);
      assertThat(model.head().weight().peek().dtype()).isEqualTo(DType.F16);
    }
  }

  @Test
  void filesThatAreNoTransformersAreRefused() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Checkpoint whole = Var.initial(Tiny.TRANSFORMER, RandomStream.of(1));
    for (String name : whole.names()) {
      if (!name.equals("lvl_1L")) {
        tensors.put(name, whole.tensor(name));
      }
    }
    assertThatThrownBy(() -> VarConfig.of(Checkpoint.of("odd.pth", tensors)))
        .isInstanceOf(FileFormatException.class)
        .hasMessage(
            "read odd.pth: a tensor lvl_1L, or [680, 2240, 9451] positions; got 21 positions"
                + " — give the sides of the grids");
    assertThat(VarConfig.of(Checkpoint.of("odd.pth", tensors), Tiny.SCALES, null))
        .isEqualTo(Tiny.TRANSFORMER);
    tensors.put("lvl_1L", Tensor.zeros(Shape.of(1, 21)));
    assertThatThrownBy(() -> VarConfig.of(Checkpoint.of("odd.pth", tensors)))
        .hasMessageContaining("lvl_1L with square grids; got 21 tokens of level 0");
    tensors.remove("word_embed.weight");
    assertThatThrownBy(() -> VarConfig.of(Checkpoint.of("odd.pth", tensors)))
        .hasMessageContaining("a transformer, with a tensor word_embed.weight of 2 axes; got none");
    assertThatThrownBy(() -> Var.part(Checkpoint.of("vae.pth", Map.of("a", Tensor.scalar(1)))))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("this is a file of another model");
    assertThatThrownBy(() -> new VarConfig(1, 30, 4, 1, 1, 1, Tiny.SCALES, false, true))
        .hasMessageContaining("a width that the heads divide");
  }

  @Test
  void inputsThatDoNotFitAreRefused() throws IOException {
    Var model = Tiny.model(Tiny.TRANSFORMER, Loading.forTraining());

    assertThatThrownBy(() -> model.forward(new int[] {1}, Tensor.zeros(Shape.of(2, 20, 8))))
        .isInstanceOf(ShapeException.class)
        .hasMessage("var: input (1, up to 20, 8) for 1 labels; got (2, 20, 8)");
  }

  @Test
  void theObserverSeesEveryBlock() throws IOException {
    Var model = Tiny.model(Tiny.TRANSFORMER, Loading.forTraining());
    Map<String, Shape> seen = new LinkedHashMap<>();
    Observer observer = (name, x) -> seen.put(name, x.shape());

    model.forward(new int[] {1}, Tensor.zeros(Shape.of(1, 20, 8)), DropPath.NONE, false, observer);

    assertThat(seen.keySet())
        .containsExactly("x", "blocks.0", "blocks.1", "blocks.2", "head_nm", "head");
    assertThat(seen.get("head")).isEqualTo(Shape.of(1, 21, 24));
  }
}
