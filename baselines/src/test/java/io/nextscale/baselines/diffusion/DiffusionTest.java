package io.nextscale.baselines.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.nn.Loading;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Condition;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiffusionTest {

  private static final Diffusion PROCESS = Diffusion.of(Betas.LINEAR, 1000);

  /** A few float32 operations on numbers of order 1. */
  private static final Offset<Double> ROUNDING = Offset.offset(1e-6);

  /** Nothing is cut. */
  private static final double WHOLE = Double.POSITIVE_INFINITY;

  private static Tensor column(float... values) {
    return Tensor.of(Shape.of(values.length, 1, 1, 1), values);
  }

  // ---- the reference code

  @Test
  void betasAreThoseOfTheReference() throws IOException {
    try (Golden golden = Golden.open()) {
      for (Betas kind : Betas.values()) {
        String name = kind == Betas.LINEAR ? "linear" : "squaredcos_cap_v2";
        float[] few = golden.load("betas." + name + ".20").toArray();
        float[] many = golden.load("betas." + name + ".1000").toArray();
        double[] own = kind.of(1000);
        double[] ownFew = kind.of(20);
        for (int t = 0; t < few.length; t++) {
          assertThat((float) ownFew[t]).isEqualTo(few[t]);
        }
        for (int i = 0; i < many.length; i++) {
          assertThat((float) own[37 * i]).isEqualTo(many[i]);
        }
        assertThat(Betas.named(kind.word())).isEqualTo(kind);
      }
    }
    assertThatThrownBy(() -> Betas.named("sqrt")).hasMessageContaining("linear or cosine");
    assertThatThrownBy(() -> Diffusion.of(Betas.LINEAR, 20))
        .hasMessage("diffusion: at least 21 steps with linear betas; got 20");
    for (Betas kind : Betas.values()) {
      for (int steps : new int[] {kind.fewest(), kind.fewest() + 1, 4000}) {
        Diffusion process = Diffusion.of(kind, steps);
        for (int t = 0; t < steps; t++) {
          assertThat(process.beta(t)).isBetween(1e-6, 0.9995);
          assertThat(process.alphaBar(t)).isPositive().isLessThan(process.alphaBar(t - 1));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 10, 250})
  void stepsAreSpacedAsInTheReference(int count) throws IOException {
    try (Golden golden = Golden.open()) {
      Diffusion few = PROCESS.respaced(count);
      int[] times = new int[count];
      Arrays.setAll(times, few::time);
      assertThat(times).isEqualTo(golden.integers("spaced." + count));
      double left = 1;
      for (int i = 0; i < count; i++) {
        left *= 1 - few.beta(i);
        assertThat(left).isCloseTo(PROCESS.alphaBar(times[i]), Offset.offset(1e-12));
      }
    }
  }

  @Test
  void stepsBackAreThoseOfTheReference() throws IOException {
    Offset<Float> tolerance = Offset.offset(5e-4f); // the first step back multiplies by up to 160
    try (Golden golden = Golden.open()) {
      Diffusion process = PROCESS.respaced(10);
      Denoiser denoiser =
          golden
              .model(Loading.forInference())
              .denoiser(Condition.classes(Arrays.copyOf(golden.integers("y"), 3)), 0);
      Tensor x = golden.map("x");
      Tensor noise = golden.map("step_noise");
      for (int i : new int[] {0, 4, 9}) {
        int[] times = {process.time(i), process.time(i), process.time(i)};
        Tensor prediction = denoiser.predict(x, times);
        Sampler.Step ddpm = new Sampler.Ddpm().step(process, i, x, prediction, noise, WHOLE);
        DitTest.assertClose(ddpm.map(), golden.map("ddpm." + i + ".sample"), tolerance);
        DitTest.assertClose(ddpm.original(), golden.map("ddpm." + i + ".x0"), tolerance);
        Tensor still =
            new Sampler.Ddpm().step(process, i, x, prediction, noise.times(0f), WHOLE).map();
        DitTest.assertClose(still, golden.map("ddpm." + i + ".mean"), tolerance);
        DitTest.assertClose(
            process.logVariance(prediction.slice(3, 4, 8), i, i, i),
            golden.map("ddpm." + i + ".logvar"),
            Offset.offset(2e-5f));
        for (String eta : List.of("0.0", "0.7")) {
          Sampler.Step ddim =
              new Sampler.Ddim(Double.parseDouble(eta))
                  .step(process, i, x, prediction, noise, WHOLE);
          DitTest.assertClose(ddim.map(), golden.map("ddim." + i + "." + eta), tolerance);
        }
      }
    }
  }

  // ---- closed forms

  /** Bayes: the product of N(√α x_{t−1}, β) at x_t and of N(√ᾱ x₀, 1−ᾱ), both as of x_{t−1}. */
  @ParameterizedTest
  @ValueSource(ints = {1, 17, 500, 999})
  void theWayBackIsBayes(int t) {
    double alpha = 1 - PROCESS.beta(t);
    double before = PROCESS.alphaBar(t - 1);
    double precision = alpha / PROCESS.beta(t) + 1 / (1 - before);
    assertThat(PROCESS.posteriorVariance(t)).isCloseTo(1 / precision, Offset.offset(1e-12));
    for (float x0 : new float[] {-0.8f, 0.3f}) {
      for (float x : new float[] {-1.4f, 0.9f}) {
        double mean =
            (Math.sqrt(alpha) * x / PROCESS.beta(t) + Math.sqrt(before) * x0 / (1 - before))
                / precision;
        assertThat((double) PROCESS.posteriorMean(column(x0), column(x), t).item())
            .isCloseTo(mean, ROUNDING);
      }
    }
  }

  @Test
  void noiseAddsUp() {
    for (int[] way : new int[][] {{-1, 0}, {-1, 700}, {10, 11}, {3, 999}}) {
      double kept = Math.sqrt(PROCESS.alphaBar(way[0]));
      double noise = 1 - PROCESS.alphaBar(way[0]);
      double a = PROCESS.noisedFurther(column(1), way[0], way[1], column(0)).item();
      double b = PROCESS.noisedFurther(column(0), way[0], way[1], column(1)).item();
      assertThat(kept * a).isCloseTo(Math.sqrt(PROCESS.alphaBar(way[1])), ROUNDING);
      assertThat(noise * a * a + b * b).isCloseTo(1 - PROCESS.alphaBar(way[1]), ROUNDING);
    }
    assertThatThrownBy(() -> PROCESS.noisedFurther(column(1), 5, 5, column(0)))
        .hasMessage("diffusion: forward, to a step after 5; got 5");
  }

  @Test
  void whatIsNoisedIsFoundAgain() {
    Tensor x0 = Tensor.normal(Shape.of(3, 2, 2, 2), 0, 1, RandomStream.of(1));
    Tensor noise = Tensor.normal(Shape.of(3, 2, 2, 2), 0, 1, RandomStream.of(2));
    int[] steps = {0, 300, 600};
    Tensor again = PROCESS.original(PROCESS.noised(x0, noise, steps), noise, steps);
    DitTest.assertClose(again, x0, Offset.offset(1e-5f));
  }

  /** Data of mean μ and deviation s: the best guess of the noise, and the variances, are known. */
  private record Gaussian(double mean, double deviation, Diffusion process) implements Denoiser {

    double variance(double alphaBar) {
      return alphaBar * deviation * deviation + 1 - alphaBar;
    }

    @Override
    public Tensor predict(Tensor x, int... times) {
      double left = PROCESS.alphaBar(times[0]);
      Tensor epsilon =
          x.minus((float) (Math.sqrt(left) * mean))
              .times((float) (Math.sqrt(1 - left) / variance(left)));
      int step = 0;
      while (process.time(step) != times[0]) {
        step++;
      }
      double square = deviation * deviation;
      double unsure = square * (1 - left) / variance(left); // of x₀ given x_t
      double before = process.alphaBar(step - 1);
      double weight = process.beta(step) * Math.sqrt(before) / (1 - left);
      double log = Math.log(process.posteriorVariance(step) + weight * weight * unsure);
      double least = process.posteriorLogVariance(step);
      double choice = 2 * (log - least) / (Math.log(process.beta(step)) - least) - 1;
      Tensor chosen = Tensor.full(x.shape(), step == 0 ? 0 : (float) choice);
      return Tensor.concat(3, epsilon, chosen);
    }
  }

  /** What a sampler makes of a normal distribution, exactly: each step is a x + b + c z. */
  private static double[] moments(
      Sampler sampler, Diffusion process, Denoiser denoiser, double mean, double variance) {
    for (int t = process.steps() - 1; t >= 0; t--) {
      Tensor x = column(0, 1, 0);
      int[] times = new int[3];
      Arrays.fill(times, process.time(t));
      float[] y =
          sampler
              .step(process, t, x, denoiser.predict(x, times), column(0, 0, 1), WHOLE)
              .map()
              .toArray();
      double a = (double) y[1] - y[0];
      double c = (double) y[2] - y[0];
      mean = a * mean + y[0];
      variance = a * a * variance + c * c;
    }
    return new double[] {mean, variance};
  }

  /**
   * Ancestral sampling gives the data's mean and variance, whatever the number of steps; the last
   * step takes the expectation, whose variance lacks that of x₀ given x₁.
   */
  @ParameterizedTest
  @CsvSource({"2, 0.7, 0.4", "5, -0.3, 0.8", "50, 0.7, 0.4", "250, 0, 0.99", "1000, -1.2, 0.2"})
  void ancestralSamplingGivesTheDistribution(int steps, double mean, double deviation) {
    Diffusion process = PROCESS.respaced(steps);
    Gaussian data = new Gaussian(mean, deviation, process);
    double left = process.alphaBar(steps - 1);
    double[] made =
        moments(new Sampler.Ddpm(), process, data, Math.sqrt(left) * mean, data.variance(left));
    double first = process.alphaBar(0);
    double square = deviation * deviation;
    double expected = square * square * first / data.variance(first);
    Offset<Double> rounding = Offset.offset(2e-4); // up to a thousand steps in float32
    assertThat(made[0]).isCloseTo(mean, rounding);
    assertThat(made[1]).isCloseTo(expected, rounding);
    // From pure noise, which is all that a sampler knows:
    double[] begun = moments(new Sampler.Ddpm(), process, data, 0, 1);
    assertThat(begun[0]).isCloseTo(mean, Offset.offset(0.02));
    assertThat(begun[1]).isCloseTo(expected, Offset.offset(0.02));
  }

  /** The exact path keeps (x_t − √ᾱ μ)/√variance; steps come to it as they become small. */
  @Test
  void implicitSamplingComesToTheExactPath() {
    double mean = 0.7;
    double deviation = 0.4;
    double last = Double.POSITIVE_INFINITY;
    for (int steps : new int[] {10, 100, 1000}) {
      Diffusion process = PROCESS.respaced(steps);
      Gaussian data = new Gaussian(mean, deviation, process);
      double left = process.alphaBar(steps - 1);
      double[] made =
          moments(new Sampler.Ddim(0), process, data, Math.sqrt(left) * mean, data.variance(left));
      assertThat(made[0]).isCloseTo(mean, Offset.offset(1e-3));
      double error = Math.abs(Math.sqrt(made[1]) - deviation);
      assertThat(error).isLessThan(last / 5);
      last = error;
    }
    assertThat(last).isLessThan(2e-3);
  }

  /**
   * The noise is then what is left of x_t, so that a limit that changes nothing changes nothing.
   */
  @Test
  void originalsAreCutToTheirLimit() {
    Diffusion process = PROCESS.respaced(100);
    Tensor x = Tensor.normal(Shape.of(2, 3, 3, 2), 0, 1, RandomStream.of(1));
    Tensor noise = Tensor.normal(x.shape(), 0, 1, RandomStream.of(2));
    Tensor prediction = Tensor.normal(x.shape(), 0, 1, RandomStream.of(3));
    for (Sampler sampler : List.of(new Sampler.Ddpm(), new Sampler.Ddim(0.5))) {
      Sampler.Step free = sampler.step(process, 40, x, prediction, noise, WHOLE);
      Sampler.Step wide = sampler.step(process, 40, x, prediction, noise, 1e6);
      DitTest.assertClose(wide.map(), free.map(), Offset.offset(1e-5f));
      Sampler.Step cut = sampler.step(process, 40, x, prediction, noise, 0.5);
      assertThat(free.original().abs().reshape(-1).max(0).item()).isGreaterThan(0.5f);
      DitTest.assertClose(cut.original(), free.original().clamp(-0.5f, 0.5f), Offset.offset(1e-6f));
      Tensor right = process.epsilon(x, cut.original(), 40, 40);
      Tensor again = sampler.step(process, 40, x, right, noise, WHOLE).map();
      DitTest.assertClose(cut.map(), again, Offset.offset(1e-5f));
    }
  }

  /** η = 1 is ancestral sampling with the least variance. */
  @ParameterizedTest
  @ValueSource(ints = {1, 40, 99})
  void implicitSamplingWithAllNoiseIsAncestral(int t) {
    Diffusion process = PROCESS.respaced(100);
    Tensor x = Tensor.normal(Shape.of(2, 2, 2, 3), 0, 1, RandomStream.of(1));
    Tensor noise = Tensor.normal(Shape.of(2, 2, 2, 3), 0, 1, RandomStream.of(2));
    Tensor epsilon = Tensor.normal(Shape.of(2, 2, 2, 3), 0, 1, RandomStream.of(3));
    Tensor least = Tensor.concat(3, epsilon, Tensor.full(epsilon.shape(), -1));
    Tensor ancestral = new Sampler.Ddpm().step(process, t, x, least, noise, WHOLE).map();
    Tensor implicit = new Sampler.Ddim(1).step(process, t, x, epsilon, noise, WHOLE).map();
    DitTest.assertClose(implicit, ancestral, Offset.offset(1e-5f));
  }

  /**
   * Forward and back along one path: exact where the noise is the same on it, else in the limit.
   */
  @Test
  void implicitStepsCanBeGoneBack() {
    Sampler.Ddim ddim = new Sampler.Ddim(0);
    Tensor x0 = column(-0.6f, 0.1f, 0.9f);
    Tensor noise = column(0.5f, -1.1f, 0.2f);
    for (int steps : new int[] {10, 100}) {
      Diffusion process = PROCESS.respaced(steps);
      Tensor made = roundTrip(ddim, process, (x, times) -> noise, x0);
      DitTest.assertClose(made, x0, Offset.offset(2e-4f));
    }
    double last = Double.POSITIVE_INFINITY;
    for (int steps : new int[] {10, 50, 250}) {
      Diffusion process = PROCESS.respaced(steps);
      Tensor made = roundTrip(ddim, process, new Gaussian(0.3, 0.5, process), x0);
      double error = Math.abs(made.toArray()[2] - 0.9f);
      assertThat(error).isLessThan(last / 2);
      last = error;
    }
    assertThat(last).isLessThan(0.02);
  }

  private static Tensor roundTrip(
      Sampler.Ddim ddim, Diffusion process, Denoiser denoiser, Tensor x0) {
    Tensor x = x0;
    for (int t = 0; t < process.steps(); t++) {
      int time = process.time(Math.max(0, t - 1));
      x = ddim.inverse(process, t, x, denoiser.predict(x, time, time, time));
    }
    for (int t = process.steps() - 1; t >= 0; t--) {
      int time = process.time(t);
      x = ddim.step(process, t, x, denoiser.predict(x, time, time, time), x, WHOLE).map();
    }
    return x;
  }

  // ---- the bound

  /** ∫ p log(p/q) over ±12 deviations in 200,000 steps. */
  @ParameterizedTest
  @CsvSource({"0, 0, 0, 0", "0.3, -1, -0.2, 0.5", "-1, 0.7, 1, -0.4", "0.01, -6, 0.02, -5"})
  void divergencesAreIntegrals(double m1, double l1, double m2, double l2) {
    double s1 = Math.exp(l1 / 2);
    double width = 24 * s1 / 200_000;
    double sum = 0;
    for (int i = 0; i < 200_000; i++) {
      double x = m1 + (i - 100_000 + 0.5) * width;
      double p = Math.exp(-(x - m1) * (x - m1) / (2 * Math.exp(l1)) - l1 / 2);
      double logRatio =
          -(x - m1) * (x - m1) / (2 * Math.exp(l1))
              - l1 / 2
              + (x - m2) * (x - m2) / (2 * Math.exp(l2))
              + l2 / 2;
      sum += p * logRatio / Math.sqrt(2 * Math.PI) * width;
    }
    double made =
        DiffusionLoss.divergence(
                column((float) m1), column((float) l1), column((float) m2), column((float) l2))
            .item();
    assertThat(made).isCloseTo(sum, Offset.offset(2e-5));
  }

  /** The 256 values of a byte share the whole probability, each having its part of the density. */
  @ParameterizedTest
  @CsvSource({"0, 0.2", "0.9, 0.05", "-1.5, 0.7"})
  void binsShareTheProbability(double mean, double deviation) {
    float[] bytes = new float[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = i / 127.5f - 1;
    }
    Tensor log =
        DiffusionLoss.logBins(
            column(bytes), column((float) mean), column((float) Math.log(deviation)));
    double sum = 0;
    float[] logs = log.toArray();
    for (int i = 0; i < logs.length; i++) {
      double part = Math.exp(logs[i]);
      sum += part;
      if (i > 0 && i < 255) {
        double density = 0;
        for (int j = 0; j < 100; j++) {
          double z = (bytes[i] + (j + 0.5 - 50) / 127.5 / 100 - mean) / deviation;
          density += Math.exp(-z * z / 2) / 100;
        }
        double exact = density / 127.5 / deviation / Math.sqrt(2 * Math.PI);
        assertThat(part).isCloseTo(exact, Offset.offset(4e-4)); // Φ is a formula with a tanh
      }
    }
    assertThat(sum).isCloseTo(1, Offset.offset(1e-4));
  }

  /**
   * Where the guess is right and the variance the true one, the bound is 0 beyond the first step.
   */
  @Test
  void aPerfectGuessCostsNothing() {
    Tensor x0 = Tensor.normal(Shape.of(2, 2, 2, 1), 0, 0.3f, RandomStream.of(1));
    Tensor noise = Tensor.normal(Shape.of(2, 2, 2, 1), 0, 1, RandomStream.of(2));
    Tensor right = Tensor.concat(3, noise, Tensor.full(noise.shape(), -1));
    DiffusionLoss loss = DiffusionLoss.of(PROCESS, (x, times) -> right, x0, noise, 30, 700);
    assertThat(loss.squared().toArray()).containsOnly(0f);
    for (float bits : loss.bound().toArray()) {
      assertThat(bits).isCloseTo(0, Offset.offset(1e-4f));
    }
    assertThat(DiffusionLoss.of(PROCESS, (x, times) -> noise, x0, noise, 30, 700).bound()).isNull();
  }
}
