package io.nextscale.baselines.diffusion;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.Arrays;

/**
 * The process that turns maps into noise, {@code x_t = √ᾱ_t x₀ + √(1−ᾱ_t) ε}, and what follows from
 * it for the way back. Steps are t = 0 .. T−1: after step 0 a little of a map is noise, after the
 * last nearly all of it. Numbers of the process are computed in double precision.
 *
 * <p>Source: Ho, Jain and Abbeel 2020, section 2; facebookresearch/DiT
 * diffusion/gaussian_diffusion.py, respace.py @ed81ce2.
 */
public final class Diffusion {

  private final int[] times;
  private final double[] alphaBars;

  private Diffusion(int[] times, double[] alphaBars) {
    this.times = times;
    this.alphaBars = alphaBars;
  }

  /**
   * A process.
   *
   * @param steps T, at least {@link Betas#fewest}
   */
  public static Diffusion of(Betas betas, int steps) {
    if (steps < betas.fewest()) {
      throw new IllegalArgumentException(
          "diffusion: at least %d steps with %s betas; got %d"
              .formatted(betas.fewest(), betas.word(), steps));
    }
    double[] all = betas.of(steps);
    double[] alphaBars = new double[steps];
    int[] times = new int[steps];
    double product = 1;
    for (int t = 0; t < steps; t++) {
      product *= 1 - all[t];
      alphaBars[t] = product;
      times[t] = t;
    }
    return new Diffusion(times, alphaBars);
  }

  /**
   * The same process in fewer and larger steps, spread evenly from its first to its last.
   *
   * @param count 1 .. T
   */
  public Diffusion respaced(int count) {
    int all = steps();
    if (count < 1 || count > all) {
      throw new IllegalArgumentException("diffusion: 1 to " + all + " steps; got " + count);
    }
    double stride = count == 1 ? 1 : (all - 1.0) / (count - 1);
    int[] taken = new int[count];
    double at = 0;
    for (int i = 0; i < count; i++) {
      taken[i] = (int) Math.rint(at);
      at += stride;
    }
    return new Diffusion(
        Arrays.stream(taken).map(i -> times[i]).toArray(),
        Arrays.stream(taken).mapToDouble(i -> alphaBars[i]).toArray());
  }

  /** T. */
  public int steps() {
    return times.length;
  }

  /** What a step is called in the process that was not respaced, which is what networks know. */
  public int time(int step) {
    return times[step];
  }

  /** ᾱ after a step; 1 for step −1, before any. */
  public double alphaBar(int step) {
    return step < 0 ? 1 : alphaBars[step];
  }

  /** β of a step, {@code 1 − ᾱ_t/ᾱ_{t−1}}. */
  public double beta(int step) {
    return 1 - alphaBar(step) / alphaBar(step - 1);
  }

  /** The variance of x_{t−1} where x_t and x₀ are known, {@code β (1−ᾱ_{t−1})/(1−ᾱ_t)}. */
  public double posteriorVariance(int step) {
    return beta(step) * (1 - alphaBar(step - 1)) / (1 - alphaBar(step));
  }

  /**
   * The logarithm of {@link #posteriorVariance}; for step 0, whose variance is 0, that of step 1.
   */
  public double posteriorLogVariance(int step) {
    int known = Math.max(step, Math.min(1, steps() - 1));
    return StrictMath.log(known == 0 ? beta(0) : posteriorVariance(known));
  }

  /** x_t: x₀ (B,h,w,C) after a step of each, with noise of its shape. */
  public Tensor noised(Tensor x0, Tensor noise, int... steps) {
    return x0.times(each(t -> Math.sqrt(alphaBar(t)), steps))
        .plus(noise.times(each(t -> Math.sqrt(1 - alphaBar(t)), steps)));
  }

  /**
   * Forward by several steps: {@code x_s = √(ᾱ_s/ᾱ_t) x_t + √(1−ᾱ_s/ᾱ_t) ε}.
   *
   * @param from t, −1 for a map without noise
   * @param to s, larger than t
   */
  public Tensor noisedFurther(Tensor x, int from, int to, Tensor noise) {
    if (to <= from) {
      throw new IllegalArgumentException(
          "diffusion: forward, to a step after " + from + "; got " + to);
    }
    double kept = alphaBar(to) / alphaBar(from);
    return x.times((float) Math.sqrt(kept)).plus(noise.times((float) Math.sqrt(1 - kept)));
  }

  /** x₀ from x_t and ε: {@code (x_t − √(1−ᾱ_t) ε)/√ᾱ_t}. */
  public Tensor original(Tensor x, Tensor epsilon, int... steps) {
    return x.times(each(t -> Math.sqrt(1 / alphaBar(t)), steps))
        .minus(epsilon.times(each(t -> Math.sqrt(1 / alphaBar(t) - 1), steps)));
  }

  /** ε from x_t and x₀: {@code (x_t − √ᾱ_t x₀)/√(1−ᾱ_t)}. */
  public Tensor epsilon(Tensor x, Tensor original, int... steps) {
    return x.times(each(t -> Math.sqrt(1 / (1 - alphaBar(t))), steps))
        .minus(original.times(each(t -> Math.sqrt(alphaBar(t) / (1 - alphaBar(t))), steps)));
  }

  /** The mean of x_{t−1} where x_t and x₀ are known. */
  public Tensor posteriorMean(Tensor x0, Tensor x, int... steps) {
    return x0.times(each(t -> beta(t) * Math.sqrt(alphaBar(t - 1)) / (1 - alphaBar(t)), steps))
        .plus(
            x.times(
                each(
                    t -> (1 - alphaBar(t - 1)) * Math.sqrt(1 - beta(t)) / (1 - alphaBar(t)),
                    steps)));
  }

  /**
   * The logarithm of the variance that a network chose between the least and the most that there
   * can be, {@link #posteriorVariance} and β.
   *
   * @param choice −1 for the least, 1 for the most, (B,h,w,C)
   * @see <a href="https://arxiv.org/abs/2102.09672">Nichol and Dhariwal 2021, equation 15</a>
   */
  public Tensor logVariance(Tensor choice, int... steps) {
    Tensor most = each(t -> StrictMath.log(beta(t)), steps);
    Tensor least = each(this::posteriorLogVariance, steps);
    Tensor share = choice.plus(1).times(0.5f);
    return share.times(most).plus(share.negate().plus(1).times(least));
  }

  /** A number of a step. */
  @FunctionalInterface
  interface OfStep {
    double at(int step);
  }

  /** A number for each row, (B,1,1,1). */
  static Tensor each(OfStep number, int... steps) {
    float[] values = new float[steps.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) number.at(steps[i]);
    }
    return Tensor.of(Shape.of(values.length, 1, 1, 1), values);
  }
}
