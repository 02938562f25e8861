package io.nextscale.baselines.diffusion;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a denoiser is trained with: the mean squared error of ε, and where it chooses variances, the
 * term of the variational bound at the same step, in bits per number, in which its ε counts as
 * given.
 *
 * <p>The term is {@code KL(q(x_{t−1}|x_t,x₀) ‖ p(x_{t−1}|x_t))}; at step 0 it is {@code −log
 * p(x₀|x₁)} over bins of 1/127.5, as for bytes in [−1, 1], whose outer bins are open.
 *
 * <p>Source: Ho, Jain and Abbeel 2020, equation 14; Nichol and Dhariwal 2021, equation 16;
 * facebookresearch/DiT diffusion/gaussian_diffusion.py, training_losses @ed81ce2.
 *
 * @param squared (B)
 * @param bound (B), or null where no variances are chosen
 */
public record DiffusionLoss(Tensor squared, @Nullable Tensor bound) {

  private static final float BIN = 1 / 255f; // half of one
  private static final float OUTER = 0.999f;
  private static final float LEAST = 1e-12f;
  private static final float BIT = (float) (1 / StrictMath.log(2));

  /**
   * The loss of a batch.
   *
   * @param x0 (B,h,w,C)
   * @param noise of its shape
   * @param steps t of each
   */
  public static DiffusionLoss of(
      Diffusion process, Denoiser denoiser, Tensor x0, Tensor noise, int... steps) {
    Tensor x = process.noised(x0, noise, steps);
    Tensor prediction = denoiser.predict(x, Arrays.stream(steps).map(process::time).toArray());
    int channels = x0.shape().dim(3);
    Tensor epsilon = Denoiser.epsilon(prediction, channels);
    Tensor squared = rowMeans(epsilon.minus(noise).square());
    if (prediction.shape().dim(3) == channels) {
      return new DiffusionLoss(squared, null);
    }
    Tensor choice = prediction.slice(3, channels, 2 * channels);
    return new DiffusionLoss(squared, bound(process, x0, x, epsilon.stopGradient(), choice, steps));
  }

  /** The mean over the batch, a scalar. */
  public Tensor mean() {
    return (bound == null ? squared : squared.plus(bound)).mean();
  }

  private static Tensor bound(
      Diffusion process, Tensor x0, Tensor x, Tensor epsilon, Tensor choice, int... steps) {
    Tensor mean = process.posteriorMean(process.original(x, epsilon, steps), x, steps);
    Tensor logVariance = process.logVariance(choice, steps);
    Tensor truth = process.posteriorMean(x0, x, steps);
    Tensor trueLogVariance = Diffusion.each(process::posteriorLogVariance, steps);
    Tensor divergence = rowMeans(divergence(truth, trueLogVariance, mean, logVariance));
    if (Arrays.stream(steps).noneMatch(t -> t == 0)) {
      return divergence.times(BIT);
    }
    Tensor first = Diffusion.each(t -> t == 0 ? 1 : 0, steps).reshape(steps.length); // (B)
    Tensor bins = rowMeans(logBins(x0, mean, logVariance.times(0.5f))).negate();
    return first.times(bins).plus(first.negate().plus(1).times(divergence)).times(BIT);
  }

  /** {@code KL(N(m₁, e^{l₁}) ‖ N(m₂, e^{l₂}))}, in nats, number by number. */
  static Tensor divergence(Tensor m1, Tensor l1, Tensor m2, Tensor l2) {
    Tensor distance = m1.minus(m2).square().times(l2.negate().exp());
    return l2.minus(l1).plus(l1.minus(l2).exp()).plus(distance).minus(1).times(0.5f);
  }

  /**
   * The logarithm of what a normal distribution gives to the bins of x: of width 2/255, those
   * around −1 and 1 open.
   *
   * @param x in [−1, 1]; a constant
   * @param logDeviation log σ
   */
  static Tensor logBins(Tensor x, Tensor mean, Tensor logDeviation) {
    Tensor centred = x.minus(mean);
    Tensor perDeviation = logDeviation.negate().exp();
    Tensor above = cumulative(centred.plus(BIN).times(perDeviation));
    Tensor below = cumulative(centred.minus(BIN).times(perDeviation));
    Tensor low = log(above).times(where(x, v -> v < -OUTER));
    Tensor high = log(below.negate().plus(1)).times(where(x, v -> v > OUTER));
    Tensor between = log(above.minus(below)).times(where(x, v -> v >= -OUTER && v <= OUTER));
    return low.plus(high).plus(between);
  }

  private static Tensor log(Tensor probability) {
    return probability.clamp(LEAST, Float.POSITIVE_INFINITY).log();
  }

  /** Φ(x), nearly: {@code ½ (1 + tanh(√(2/π) (x + 0.044715 x³)))}. */
  private static Tensor cumulative(Tensor x) {
    Tensor inner = x.plus(x.times(x.square()).times(0.044715f));
    return inner.times((float) Math.sqrt(2 / Math.PI)).tanh().plus(1).times(0.5f);
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds(float value);
  }

  /** 1 where a condition holds, else 0. */
  private static Tensor where(Tensor x, Condition condition) {
    float[] values = x.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = condition.holds(values[i]) ? 1 : 0;
    }
    return Tensor.of(x.shape(), values);
  }

  private static Tensor rowMeans(Tensor x) {
    int rows = x.shape().dim(0);
    return x.reshape(Shape.of(rows, x.shape().size() / rows)).mean(1).reshape(rows);
  }
}
