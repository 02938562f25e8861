package io.nextscale.baselines.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.baselines.diffusion.DiffusionStepwise.Picture;
import io.nextscale.search.Beam;
import io.nextscale.search.Budget;
import io.nextscale.search.Found;
import io.nextscale.search.Paths;
import io.nextscale.search.RandomSearch;
import io.nextscale.search.Search;
import io.nextscale.search.Strategy;
import io.nextscale.search.Verifier;
import io.nextscale.search.ZeroOrder;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Condition;
import java.io.IOException;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Pictures of 27 dots, each black or white with equal chance: all white is the best of them. */
class DiffusionStepwiseTest {

  private static final int STEPS = 12;
  private static final Diffusion PROCESS = Diffusion.of(Betas.LINEAR, 1000);

  /** The exact guess: a dot is expected to be {@code tanh(√ᾱ x / (1−ᾱ))}. */
  private static final Denoiser DOTS =
      (x, times) -> {
        Tensor left = Diffusion.each(PROCESS::alphaBar, times);
        Tensor root = left.sqrt();
        Tensor noise = left.negate().plus(1);
        Tensor expected = x.times(root).div(noise).tanh();
        return x.minus(expected.times(root)).div(noise.sqrt());
      };

  private static final Verifier BRIGHT =
      images -> {
        float[] means = images.reshape(images.shape().dim(0), -1).mean(1).toArray();
        double[] scores = new double[means.length];
        for (int i = 0; i < means.length; i++) {
          scores[i] = means[i];
        }
        return scores;
      };

  private static DiffusionSampling sampling(Sampler sampler) {
    return new DiffusionSampling(
        DOTS, PROCESS.respaced(STEPS), sampler, new PictureSpace.Pixels(3));
  }

  private static Search<Picture> search(Sampler sampler) {
    return new Search<>(new DiffusionStepwise(sampling(sampler)), BRIGHT).seed(70);
  }

  private static final Sampler DDIM = new Sampler.Ddim(0);

  @Test
  void pixelsBecomeBlackOrWhite() {
    for (Sampler sampler : List.of(DDIM, new Sampler.Ddim(1), new Sampler.Ddpm())) {
      float[] dots = sampling(sampler).generate(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L)).toArray();
      int white = 0;
      for (float dot : dots) {
        assertThat(Math.min(dot, 1 - dot)).isBetween(0f, 0.05f);
        white += dot > 0.5 ? 1 : 0;
      }
      // 189 dots, each white with chance ½: within four deviations of 6.9.
      assertThat(white).isBetween(67, 122);
    }
  }

  @Test
  void randomSearchLooksAtThePicturesOfItsSeeds() {
    for (Sampler sampler : List.of(DDIM, new Sampler.Ddpm())) {
      Found<Picture> found = search(sampler).run(new RandomSearch(9));
      double best = 0;
      Tensor brightest = null;
      for (long seed = 70; seed < 79; seed++) {
        Tensor image = sampling(sampler).generate(List.of(seed));
        double score = BRIGHT.score(image)[0];
        if (score > best) {
          best = score;
          brightest = image;
        }
      }
      assertThat(found.score()).isEqualTo(best);
      assertThat(brightest).isNotNull();
      assertThat(found.image().toArray()).isEqualTo(brightest.toArray());
      assertThat(found.spent().evaluations()).isEqualTo(9 * STEPS);
    }
  }

  /** Of 100 random pictures the best has about 20 white dots of 27; searches come to more. */
  @Test
  void searchesFindWhitePictures() {
    double[] means = new double[3];
    for (int i = 0; i < 6; i++) {
      Search<Picture> search =
          search(DDIM).budget(Budget.parse("nfe=" + 100 * STEPS)).seed(1000 * i);
      means[0] += search.run(new RandomSearch(1000)).score() / 6;
      means[1] += search.run(new ZeroOrder(4, 0.9, ZeroOrder.ALL)).score() / 6;
      Found<Picture> paths = search.run(new Paths(3, 8, 4, 2, 3));
      assertThat(paths.spent().evaluations()).isLessThanOrEqualTo(100 * STEPS);
      means[2] += paths.score() / 6;
    }
    assertThat(means[0]).isBetween(0.65, 0.8);
    assertThat(means[1]).isGreaterThan(0.7); // no better than random: dots do not lead uphill
    assertThat(means[2]).isGreaterThan(means[0] + 0.05);
  }

  @Test
  void theSizeOfBatchesChangesNothing() {
    for (Strategy strategy :
        List.of(
            new ZeroOrder(3, 2), new Paths(2, 3, 4, 1, 4), new Beam(2, 3), new RandomSearch(5))) {
      Found<Picture> one = search(new Sampler.Ddpm()).run(strategy);
      Found<Picture> other = search(new Sampler.Ddpm()).atOnce(1).run(strategy);
      assertThat(other.trials()).isEqualTo(one.trials());
      assertThat(other.image().toArray()).isEqualTo(one.image().toArray());
    }
  }

  /** At the first step each candidate has noise of its own; later, forks share a pass. */
  @Test
  void operationsAreThoseOfThePasses() throws IOException {
    Dit dit = DitTest.opened(new DitConfig(4, 3, 2, 2, 16, 2, 3, true, null));
    DiffusionSampling sampling =
        new DiffusionSampling(
            dit.denoiser(Condition.classes(1), 1),
            PROCESS.respaced(3),
            new Sampler.Ddpm(),
            new PictureSpace.Pixels(4));
    DiffusionStepwise model = new DiffusionStepwise(sampling);
    double pass = model.stepFlops(1, 1);
    assertThat(pass).isGreaterThan(0);
    Picture begin = model.begin();
    assertThat(model.stepFlops(List.of(begin, begin, begin))).isEqualTo(3 * pass);
    List<Picture> two = model.step(List.of(begin, begin), List.of(1L, 2L));
    assertThat(model.stepFlops(List.of(two.get(0), two.get(1), two.get(0)))).isEqualTo(2 * pass);
    List<Picture> forks = model.step(List.of(two.getFirst(), two.getFirst()), List.of(5L, 6L));
    assertThat(forks.get(0).map().toArray()).isNotEqualTo(forks.get(1).map().toArray());
    assertThat(forks.get(0).original().toArray()).isEqualTo(forks.get(1).original().toArray());
  }

  @Test
  void aPictureThatIsCompleteLooksAsItWasExpectedTo() {
    DiffusionStepwise model = new DiffusionStepwise(sampling(DDIM));
    List<Picture> pictures = List.of(model.begin());
    assertThat(model.images(pictures).toArray()).containsOnly(0.5f);
    for (int k = 0; k < STEPS; k++) {
      pictures = model.step(pictures, List.of(3L));
    }
    assertThat(model.decided(pictures.getFirst())).isEqualTo(STEPS);
    assertThat(pictures.getFirst().map().toArray())
        .isEqualTo(pictures.getFirst().original().toArray());
  }

  private static double product(Tensor a, Tensor b) {
    return a.times(b).sum().item();
  }

  @Test
  void neighboursAreAtTheirAngle() {
    DiffusionStepwise model = new DiffusionStepwise(sampling(DDIM));
    Picture pivot = model.step(List.of(model.begin()), List.of(4L)).getFirst();
    double square = product(pivot.noise(), pivot.noise());
    for (double cosine : new double[] {1, 0.95, 0, -0.3}) {
      Tensor a = model.near(pivot, cosine, 8).noise();
      Tensor b = model.near(pivot, cosine, 9).noise();
      assertThat(product(a, a)).isCloseTo(square, Offset.offset(1e-4));
      assertThat(product(a, pivot.noise()) / square).isCloseTo(cosine, Offset.offset(1e-5));
      assertThat(cosine == 1).isEqualTo(product(a.minus(b), a.minus(b)) < 1e-9);
    }
    assertThatThrownBy(() -> model.near(model.begin(), 0.9, 1))
        .hasMessageContaining("a picture that has begun");
  }

  /** A complete white picture, back to step k: √ᾱ, and noise of variance 1−ᾱ. */
  @Test
  void stepsBackAddTheNoiseOfTheProcess() {
    DiffusionSampling sampling = sampling(DDIM);
    DiffusionStepwise model = new DiffusionStepwise(sampling);
    Tensor white = Tensor.ones(sampling.noise(List.of(0L)).shape());
    Picture complete = new Picture(STEPS, white, white, white);
    for (int steps : new int[] {1, 5, STEPS}) {
      double left = sampling.process().alphaBar(steps - 1);
      double sum = 0;
      double squares = 0;
      int count = 0;
      for (long seed = 0; seed < 200; seed++) {
        Picture back = model.back(complete, steps, seed);
        assertThat(back.decided()).isEqualTo(STEPS - steps);
        for (float value : back.map().toArray()) {
          sum += value;
          squares += value * value;
          count++;
        }
      }
      double mean = sum / count;
      // 5400 numbers: a deviation of the mean is at most 0.014, of the variance 0.02.
      assertThat(mean).isCloseTo(Math.sqrt(left), Offset.offset(0.05));
      assertThat(squares / count - mean * mean).isCloseTo(1 - left, Offset.offset(0.08));
    }
    assertThatThrownBy(() -> model.back(complete, STEPS + 1, 0))
        .hasMessage("diffusion: 1 to 12 steps back; got 13");
  }

  /** The real network: guided rows count twice, its pictures are those of the sampler. */
  @Test
  void aTransformerIsSearched() throws IOException {
    Dit model = DitTest.opened(new DitConfig(4, 3, 2, 2, 16, 2, 3, true, null));
    double[] flops = new double[2];
    for (int guided = 0; guided < 2; guided++) {
      Denoiser denoiser = model.denoiser(Condition.classes(1), 2 * guided);
      DiffusionSampling sampling =
          new DiffusionSampling(
              denoiser, PROCESS.respaced(3), new Sampler.Ddpm(), new PictureSpace.Pixels(4));
      DiffusionStepwise stepwise = new DiffusionStepwise(sampling);
      flops[guided] = stepwise.stepFlops(2, 1);
      Found<Picture> found = new Search<>(stepwise, BRIGHT).seed(5).run(new RandomSearch(3));
      Tensor all = sampling.generate(List.of(5L, 6L, 7L));
      assertThat(found.image().toArray())
          .isEqualTo(all.slice(0, found.best(), found.best() + 1).toArray());
      assertThat(found.score()).isEqualTo(BRIGHT.score(all)[found.best()]);
    }
    // One row: linear layers of the blocks, 4 tokens, twice 12 W² each, attention 4·16·4 each.
    double blocks = 2 * (2.0 * 4 * 12 * 256 + 4.0 * 4 * 16 * 4);
    assertThat(flops[0]).isBetween(blocks, 2 * blocks); // the rest: step, conditions, both ends
    assertThat(flops[1]).isBetween(1.9 * flops[0], 2.1 * flops[0]);
  }
}
