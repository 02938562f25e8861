package io.nextscale.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.nn.Loading;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Branching;
import io.nextscale.var.Branching.Branch;
import io.nextscale.var.Condition;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.var.VarInitialization;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class VarStepwiseTest {

  private static final Scales SCALES = Scales.of(1, 2, 4);

  private static final VqVaeConfig TOKENIZER =
      new VqVaeConfig(32, List.of(1, 1), 1, 24, 8, SCALES, 2, 0.5f, 0.25f, false);

  private static final VarConfig TRANSFORMER =
      new VarConfig(3, 32, 2, 5, 8, 24, SCALES, false, true);

  private static final Verifier BRIGHT =
      images -> {
        float[] means = images.reshape(images.shape().dim(0), -1).mean(1).toArray();
        double[] scores = new double[means.length];
        for (int i = 0; i < means.length; i++) {
          scores[i] = means[i];
        }
        return scores;
      };

  static Generator generator() throws IOException {
    Var model =
        Var.load(
            new VarInitialization(1, 1, 4).checkpoint(TRANSFORMER, RandomStream.of(4)),
            TRANSFORMER,
            Loading.forInference());
    VqVae vae =
        VqVae.load(VqVae.initial(TOKENIZER, RandomStream.of(3)), TOKENIZER, Loading.forInference());
    return new Generator(model, vae);
  }

  static Generation settings(double guidance) {
    return Generation.fid(List.of(3), 50).guidance(guidance).topK(0).topP(0);
  }

  private static Search<Branch> search(Generator generator, double guidance) {
    Branching branching = new Branching(generator, settings(guidance));
    return new Search<>(new VarStepwise(branching, Condition.classes(3)), BRIGHT).seed(50);
  }

  @Test
  void randomSearchLooksAtTheImagesOfItsSeeds() throws IOException {
    Generator generator = generator();
    Found<Branch> found = search(generator, 2).run(new RandomSearch(9));

    double best = 0;
    Tensor brightest = null;
    for (long seed = 50; seed < 59; seed++) {
      Tensor image = generator.generate(settings(2).seeds(List.of(seed))).images();
      double score = BRIGHT.score(image)[0];
      if (score > best) {
        best = score;
        brightest = image;
      }
    }
    assertThat(found.score()).isEqualTo(best);
    assertThat(brightest).isNotNull();
    assertThat(found.image().toArray()).isEqualTo(brightest.toArray());
    assertThat(found.spent().evaluations()).isEqualTo(27);
  }

  @Test
  void beamsFindBrighterImagesThanTheirFirstStepsDid() throws IOException {
    Generator generator = generator();
    int brighter = 0;
    for (long seed = 0; seed < 6; seed++) {
      Found<Branch> beam = search(generator, 2).seed(seed * 100).run(new Beam(2, 4));
      double first =
          search(generator, 2)
              .seed(seed * 100)
              .run(new Beam(2, new Plan.First(4, 1), Look.ROLL_OUT))
              .score();
      assertThat(beam.picture().decided()).isEqualTo(3);
      assertThat(beam.score()).isGreaterThanOrEqualTo(first);
      brighter += beam.score() > first ? 1 : 0;
      if (seed == 0) {
        assertThat(search(generator, 2).seed(0).atOnce(3).run(new Beam(2, 4)).trials())
            .isEqualTo(beam.trials());
      }
    }
    assertThat(brighter).isGreaterThanOrEqualTo(4);
  }

  /** By hand: products of one row of l tokens that sees n, in depth 3, width 32, 24 codes. */
  @Test
  void operationsAreCountedAsByHand() throws IOException {
    for (double guidance : new double[] {0, 2}) {
      Branching branching = new Branching(generator(), settings(guidance));
      VarStepwise model = new VarStepwise(branching, Condition.classes(3));
      int rows = guidance == 0 ? 1 : 2;
      int c = 32;
      int[] tokens = {1, 4, 16};
      int seen = 0;
      for (int k = 1; k <= 3; k++) {
        double l = tokens[k - 1];
        seen += tokens[k - 1];
        double blocks = 3 * (24 * l * c * c + 4 * l * seen * c);
        double words = k == 1 ? 0 : 2 * l * 8 * c;
        double expected = rows * (blocks + words + 2 * l * c * 24);
        // Of the picture itself, one convolution of 8 to 8 channels on 4 x 4 positions comes along.
        double smoothing = 2.0 * 16 * 8 * 8 * 9;
        assertThat(model.stepFlops(k, 1))
            .isCloseTo(expected + smoothing, Percentage.withPercentage(0.01));
        assertThat(model.stepFlops(k, 5)).isEqualTo(5 * model.stepFlops(k, 1));
      }
      assertThat(model.imageFlops()).isGreaterThan(1e6);
    }
  }
}
