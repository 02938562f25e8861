package io.nextscale.baselines.raster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.baselines.raster.RasterGenerator.Picture;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Schedule;
import io.nextscale.search.Beam;
import io.nextscale.search.Found;
import io.nextscale.search.RandomSearch;
import io.nextscale.search.Search;
import io.nextscale.search.Verifier;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Condition;
import io.nextscale.var.TextConfig;
import io.nextscale.var.Training;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.var.VarInitialization;
import io.nextscale.var.VarTrainer;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class RasterTest {

  private static final VqVaeConfig TOKENIZER =
      new VqVaeConfig(
          32,
          List.of(1, 1),
          1,
          24,
          8,
          Scales.of(1, 2, 3),
          2,
          0.5f,
          0.25f,
          false,
          1,
          true,
          0,
          false);

  private static final VarConfig SIZES =
      new VarConfig(2, 32, 2, 5, 8, 24, Scales.of(1, 2, 3), false, true);

  private static final VarConfig TEXT = SIZES.withText(new TextConfig(20, 5, 16, 1, 2));

  private static final Condition CAPTION =
      Condition.captions(Tensor.ofInts(Shape.of(1, 5), 1, 4, 9, 0, 0));

  private static RasterOrder order() throws IOException {
    VqVae vae =
        VqVae.load(VqVae.initial(TOKENIZER, RandomStream.of(3)), TOKENIZER, Loading.forInference());
    return new RasterOrder(RasterOrder.lastGrid(vae));
  }

  private static Var model(VarConfig sizes) throws IOException {
    VarConfig config = order().config(sizes);
    return Var.load(
        new VarInitialization(1, 1, 4).checkpoint(config, RandomStream.of(4)),
        config,
        Loading.forTraining());
  }

  private static Tensor pictures(int count) {
    return Tensor.uniform(Shape.of(count, 6, 6, 3), -1, 1, RandomStream.of(6));
  }

  private static final Verifier BRIGHT =
      images -> {
        float[] means = images.reshape(images.shape().dim(0), -1).mean(1).toArray();
        double[] scores = new double[means.length];
        for (int i = 0; i < means.length; i++) {
          scores[i] = means[i];
        }
        return scores;
      };

  @Test
  void tokensAreThoseOfTheGridRowByRow() throws IOException {
    RasterOrder order = order();
    TokenPyramid tokens = order.tokenize(pictures(3));
    TokenPyramid grid = order.tokenizer().tokenize(pictures(3));
    assertThat(grid.scales()).isEqualTo(Scales.of(3));
    assertThat(tokens.sequence().toInts()).isEqualTo(grid.sequence().toInts());
    assertThat(tokens.scales().count()).isEqualTo(9);
    Tensor again = order.images(tokens.sequence(), 3).times(2f).minus(1f);
    Tensor expected = order.tokenizer().reconstruct(grid);
    float[] difference = again.minus(expected).abs().toArray();
    for (float d : difference) {
      assertThat(d).isLessThan(1e-6f); // to [0, 1] and back
    }
    Tensor codes = order.tokenizer().quantizer().codebook().forward(tokens.sequence());
    assertThat(order.teacherInput(tokens, 9).toArray())
        .isEqualTo(codes.slice(1, 0, 8).toArray()); // the token before
  }

  /** What is predicted of a token depends on those before it and on no other. */
  @Test
  void tokensSeeThoseBeforeThem() throws IOException {
    RasterOrder order = order();
    Var model = model(SIZES);
    int[] ids = order.tokenize(pictures(1)).sequence().toInts();
    for (int changed = 0; changed < 8; changed++) {
      int[] others = ids.clone();
      others[changed] = (others[changed] + 7) % 24;
      Tensor a = logits(model, order, ids);
      Tensor b = logits(model, order, others);
      for (int i = 0; i < 9; i++) {
        boolean same =
            Arrays.equals(a.slice(1, i, i + 1).toArray(), b.slice(1, i, i + 1).toArray());
        assertThat(same)
            .as("token %d after a change of token %d", i, changed)
            .isEqualTo(i <= changed);
      }
    }
  }

  private static Tensor logits(Var model, RasterOrder order, int... ids) {
    TokenPyramid tokens = TokenPyramid.of(order.scales(), ids);
    return model.forward(Condition.classes(2), order.teacherInput(tokens, 9));
  }

  /** With a cache token by token, or all at once: the same most probable tokens. */
  @Test
  void generationIsWhatTrainingPredicts() throws IOException {
    RasterOrder order = order();
    Var model = model(SIZES);
    RasterGenerator generator = new RasterGenerator(model, order, RasterSampling.greedy());
    int[] made = generator.generate(Condition.classes(2), List.of(1L)).toInts();
    assertThat(logits(model, order, made).argMax().toInts()).isEqualTo(made);
    int[] colder =
        new RasterGenerator(model, order, new RasterSampling(0, 1e-4, 0, 0))
            .generate(Condition.classes(2), List.of(1L))
            .toInts();
    int[] first =
        new RasterGenerator(model, order, new RasterSampling(0, 1, 1, 0))
            .generate(Condition.classes(2), List.of(1L))
            .toInts();
    assertThat(colder).isEqualTo(made);
    assertThat(first).isEqualTo(made);
  }

  /** A heated distribution is that of logits divided by the temperature. */
  @Test
  void drawsFollowTheTemperature() {
    Tensor logits = Tensor.of(Shape.of(1, 1, 3), 2, 0, -1);
    for (double temperature : new double[] {0.5, 1, 3}) {
      RasterSampling settings = new RasterSampling(0, temperature, 0, 0);
      Tensor filtered = settings.filtered(logits);
      int[] counts = new int[3];
      for (long seed = 0; seed < 4000; seed++) {
        counts[settings.choose(5, filtered, List.of(seed)).toInts()[0]]++;
      }
      double sum = Math.exp(2 / temperature) + 1 + Math.exp(-1 / temperature);
      // A share of 4000 draws deviates by 0.008 at most; four of these.
      assertThat(counts[0] / 4000.0)
          .isBetween(
              Math.exp(2 / temperature) / sum - 0.032, Math.exp(2 / temperature) / sum + 0.032);
    }
  }

  @Test
  void batchesForksAndStepsGiveTheSameImages() throws IOException {
    RasterOrder order = order();
    for (VarConfig sizes : List.of(SIZES, TEXT)) {
      Condition condition = sizes.text() == null ? Condition.classes(2) : CAPTION;
      Var model = model(sizes);
      RasterGenerator generator =
          new RasterGenerator(model, order, new RasterSampling(1.5, 0.8, 12, 0.9));
      Condition three = condition.followedBy(condition).followedBy(condition);
      int[] batch = generator.generate(three, List.of(5L, 6L, 7L)).toInts();
      RasterStepwise stepwise = new RasterStepwise(generator, condition);
      assertThat(stepwise.steps()).isEqualTo(9);
      List<Picture> pictures = Collections.nCopies(3, stepwise.begin());
      for (int k = 0; k < stepwise.steps(); k++) {
        assertThat(stepwise.decided(pictures.getFirst())).isEqualTo(k);
        pictures = stepwise.step(pictures, List.of(5L, 6L, 7L));
      }
      for (int i = 0; i < 3; i++) {
        List<Integer> expected = new ArrayList<>();
        for (int j = 0; j < 9; j++) {
          expected.add(batch[9 * i + j]);
        }
        assertThat(pictures.get(i).tokens()).isEqualTo(expected);
      }
      assertThat(stepwise.images(pictures).toArray())
          .isEqualTo(generator.images(three, List.of(5L, 6L, 7L)).toArray());
      int[] alone = generator.generate(condition, List.of(6L)).toInts();
      assertThat(alone).isEqualTo(Arrays.copyOfRange(batch, 9, 18));
    }
  }

  @Test
  void searchesFindBrighterImages() throws IOException {
    RasterOrder order = order();
    RasterGenerator generator = new RasterGenerator(model(SIZES), order, RasterSampling.plain());
    RasterStepwise model = new RasterStepwise(generator, Condition.classes(3));
    Search<Picture> search = new Search<>(model, BRIGHT).seed(50);
    Found<Picture> random = search.run(new RandomSearch(8));
    double best = 0;
    for (long seed = 50; seed < 58; seed++) {
      best = Math.max(best, BRIGHT.score(generator.images(Condition.classes(3), List.of(seed)))[0]);
    }
    assertThat(random.score()).isEqualTo(best);
    assertThat(random.spent().evaluations()).isEqualTo(8 * 9);
    Found<Picture> beam = search.run(new Beam(2, 4));
    assertThat(beam.score()).isGreaterThan(random.score());
    assertThat(search.atOnce(3).run(new Beam(2, 4)).trials()).isEqualTo(beam.trials());
  }

  /** Forks of one picture share a pass. */
  @Test
  void operationsAreThoseOfThePasses() throws IOException {
    RasterGenerator generator = new RasterGenerator(model(SIZES), order(), RasterSampling.plain());
    RasterStepwise stepwise = new RasterStepwise(generator, Condition.classes(3));
    List<Picture> two = stepwise.step(Collections.nCopies(2, stepwise.begin()), List.of(1L, 2L));
    Picture picture = two.getFirst();
    assertThat(stepwise.stepFlops(List.of(picture, picture))).isEqualTo(stepwise.stepFlops(2, 1));
    assertThat(stepwise.stepFlops(two)).isEqualTo(stepwise.stepFlops(2, 2));
    // Width 32, 24 codes: layers of a token in two blocks, codes to tokens, the head, n keys.
    double linear = 2.0 * (2 * 12 * 32 * 32 + 8 * 32 + 32 * 24);
    for (int i = 2; i <= 9; i++) {
      double attention = 2 * 4.0 * 32 * i;
      assertThat(stepwise.stepFlops(i, 1)).isEqualTo(linear + attention);
    }
  }

  /** Four pictures are learnt by heart, and their classes give them back token for token. */
  @Test
  void fourPicturesAreLearntByHeart() throws IOException {
    RasterOrder order = order();
    VarConfig config = order.config(SIZES);
    Var model = Var.load(Var.initial(config, RandomStream.of(4)), config, Loading.forTraining());
    int steps = 80;
    Schedule schedule =
        new Schedule(new Schedule.Curve.Cosine(), 5e-3, 0.01, 0.01, 5, steps, 0.1, 0.01);
    Training settings = Training.of(new Training.Steps(schedule, 2, 1, Optimizer.Kind.MUON));
    VarTrainer trainer = new VarTrainer(model, order, settings);
    Tensor pictures = pictures(4);
    double first = 0;
    double last = 0;
    for (int i = 0; i < steps; i++) {
      last = trainer.step(i, pictures, 0, 1, 2, 3).loss();
      first = i == 0 ? last : first;
    }
    assertThat(first).isBetween(3.0, 3.4); // log 24 = 3.18
    assertThat(last).isLessThan(0.1);
    int[] made =
        new RasterGenerator(model, order, RasterSampling.greedy())
            .generate(Condition.classes(0, 1, 2, 3), List.of(1L, 2L, 3L, 4L))
            .toInts();
    assertThat(made).isEqualTo(order.tokenize(pictures).sequence().toInts());
  }

  @Test
  void whatDoesNotFitIsRefused() throws IOException {
    VqVae many =
        VqVae.load(VqVae.initial(TOKENIZER, RandomStream.of(3)), TOKENIZER, Loading.forInference());
    assertThatThrownBy(() -> new RasterOrder(many))
        .hasMessage(
            "raster: a tokenizer of one square grid; got 1x1, 2x2, 3x3 — train one with --scales 3, or take the last grid alone");
    RasterOrder order = order();
    Var nextScale = Var.load(Var.initial(SIZES, RandomStream.of(1)), SIZES, Loading.forTraining());
    assertThatThrownBy(() -> new RasterGenerator(nextScale, order, RasterSampling.plain()))
        .hasMessageStartingWith("raster: a transformer of 9 scales of one token, 24 codes");
    RasterGenerator generator = new RasterGenerator(model(SIZES), order, RasterSampling.plain());
    assertThatThrownBy(() -> generator.begin(Condition.classes(1, 2)))
        .hasMessage("raster: one label; got 2");
    assertThatThrownBy(() -> new RasterSampling(0, -1, 0, 0))
        .hasMessageStartingWith("raster: a finite guidance, a temperature");
  }
}
