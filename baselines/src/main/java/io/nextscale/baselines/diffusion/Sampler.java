package io.nextscale.baselines.diffusion;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.Arrays;

/** The way back from noise to a map, one step at a time. */
public sealed interface Sampler {

  /**
   * After a step.
   *
   * @param map x_{t−1}, (B,h,w,C)
   * @param original what the denoiser takes x₀ to be
   */
  record Step(Tensor map, Tensor original) {}

  /**
   * One step.
   *
   * @param step t of x, T−1 .. 0
   * @param prediction of the denoiser for x
   * @param noise standard normal, of the shape of x; not used at step 0
   * @param limit what numbers of x₀ are cut to, ±limit: at first a small error of ε is a large one
   *     of x₀; infinity cuts nothing, as published
   */
  Step step(Diffusion process, int step, Tensor x, Tensor prediction, Tensor noise, double limit);

  /** x₀ within limits. */
  private static Tensor original(
      Diffusion process, int step, Tensor x, Tensor prediction, double limit) {
    Tensor epsilon = Denoiser.epsilon(prediction, x.shape().dim(3));
    Tensor original = process.original(x, epsilon, same(step, x));
    return limit == Double.POSITIVE_INFINITY
        ? original
        : original.clamp((float) -limit, (float) limit);
  }

  /** One line for people and records. */
  String describe();

  /**
   * Ancestral sampling: x_{t−1} is drawn with the mean that follows from the predicted x₀ and the
   * variance that the denoiser chose; with β where it does not choose.
   *
   * @see <a href="https://arxiv.org/abs/2006.11239">Ho, Jain and Abbeel 2020, algorithm 2</a>
   */
  record Ddpm() implements Sampler {

    @Override
    public Step step(
        Diffusion process, int step, Tensor x, Tensor prediction, Tensor noise, double limit) {
      int[] steps = same(step, x);
      int channels = x.shape().dim(3);
      Tensor original = original(process, step, x, prediction, limit);
      Tensor mean = process.posteriorMean(original, x, steps);
      if (step == 0) {
        return new Step(mean, original);
      }
      boolean chosen = prediction.shape().dim(3) > channels;
      Tensor choice =
          chosen ? prediction.slice(3, channels, 2 * channels) : Tensor.ones(Shape.of(1, 1, 1, 1));
      Tensor deviation = process.logVariance(choice, steps).times(0.5f).exp();
      return new Step(mean.plus(deviation.times(noise)), original);
    }

    @Override
    public String describe() {
      return "ddpm";
    }
  }

  /**
   * Denoising diffusion implicit models: {@code x_{t−1} = √ᾱ_{t−1} x₀ + √(1−ᾱ_{t−1}−σ²) ε + σ z}
   * with {@code σ = η √((1−ᾱ_{t−1})/(1−ᾱ_t)) √(1−ᾱ_t/ᾱ_{t−1})}; for η = 0 nothing is drawn.
   *
   * @param eta η, 0 .. 1
   * @see <a href="https://arxiv.org/abs/2010.02502">Song, Meng and Ermon 2021, equation 12</a>
   */
  record Ddim(double eta) implements Sampler {

    /** Checks the range. */
    public Ddim {
      if (!(eta >= 0 && eta <= 1)) {
        throw new IllegalArgumentException("ddim: eta of 0 to 1; got " + eta);
      }
    }

    @Override
    public Step step(
        Diffusion process, int step, Tensor x, Tensor prediction, Tensor noise, double limit) {
      Tensor original = original(process, step, x, prediction, limit);
      Tensor epsilon =
          limit == Double.POSITIVE_INFINITY
              ? Denoiser.epsilon(prediction, x.shape().dim(3))
              : process.epsilon(x, original, same(step, x));
      double before = process.alphaBar(step - 1);
      double sigma = sigma(process, step);
      Tensor mean =
          original
              .times((float) Math.sqrt(before))
              .plus(epsilon.times((float) Math.sqrt(Math.max(0, 1 - before - sigma * sigma))));
      return new Step(sigma == 0 ? mean : mean.plus(noise.times((float) sigma)), original);
    }

    private double sigma(Diffusion process, int step) {
      double before = process.alphaBar(step - 1);
      double after = process.alphaBar(step);
      return eta * Math.sqrt((1 - before) / (1 - after)) * Math.sqrt(1 - after / before);
    }

    /**
     * A step forward along the same path, from x_{t−1} to x_t, for η = 0: which noise a map comes
     * from.
     *
     * @param step t
     * @param prediction for x at the time of step t − 1; at t = 0, where nothing is noise, at that
     *     of step 0
     */
    public Tensor inverse(Diffusion process, int step, Tensor x, Tensor prediction) {
      Tensor epsilon = Denoiser.epsilon(prediction, x.shape().dim(3));
      double before = process.alphaBar(step - 1);
      double after = process.alphaBar(step);
      double scale = Math.sqrt(after / before);
      double noise = Math.sqrt(1 - after) - scale * Math.sqrt(1 - before);
      return x.times((float) scale).plus(epsilon.times((float) noise));
    }

    @Override
    public String describe() {
      return eta == 0 ? "ddim" : "ddim, eta " + eta;
    }
  }

  private static int[] same(int step, Tensor x) {
    int[] steps = new int[x.shape().dim(0)];
    Arrays.fill(steps, step);
    return steps;
  }
}
