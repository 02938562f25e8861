package io.nextscale.baselines.diffusion;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.vqvae.VqVae;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The maps that a tokenizer's encoder makes of pictures, before they become tokens, brought to mean
 * 0 and variance 1 channel by channel. On the way back they are quantised, so that the decoder
 * reads what it has learnt to read, and the tokens are the same budget that a transformer of tokens
 * has.
 *
 * @see <a href="https://arxiv.org/abs/2112.10752">Rombach et al. 2022, section 3.1: diffusion
 *     before quantisation, quantisation as a part of the decoder</a>
 * @param tokenizer makes the maps and reads them
 * @param means of each channel over pictures, Cv
 * @param deviations of each channel, Cv, greater than 0
 */
public record Latents(VqVae tokenizer, List<Float> means, List<Float> deviations)
    implements PictureSpace {

  /** In deviations: further than maps of pictures go, but for one number in a million. */
  private static final double LIMIT = 5;

  /** Checks the statistics. */
  public Latents {
    means = List.copyOf(means);
    deviations = List.copyOf(deviations);
    int channels = tokenizer.config().codeChannels();
    if (means.size() != channels
        || deviations.size() != channels
        || !deviations.stream().allMatch(d -> d > 0 && Float.isFinite(d))
        || !means.stream().allMatch(Float::isFinite)) {
      throw new IllegalArgumentException(
          "latents: a mean and a positive deviation for each of "
              + channels
              + " channels; got "
              + means
              + ", "
              + deviations);
    }
  }

  /**
   * With statistics measured on pictures.
   *
   * @param images at least one batch (B,n,n,3) in [-1, 1]
   */
  public static Latents measured(VqVae tokenizer, Iterable<Tensor> images) {
    int channels = tokenizer.config().codeChannels();
    double[] sums = new double[channels];
    double[] squares = new double[channels];
    long count = 0;
    for (Tensor batch : images) {
      float[] values = Workspace.scope(() -> tokenizer.encode(batch)).toArray();
      for (int i = 0; i < values.length; i++) {
        sums[i % channels] += values[i];
        squares[i % channels] += (double) values[i] * values[i];
      }
      count += values.length / channels;
    }
    List<Float> means = new ArrayList<>();
    List<Float> deviations = new ArrayList<>();
    for (int c = 0; c < channels; c++) {
      double mean = sums[c] / count;
      means.add((float) mean);
      deviations.add((float) Math.sqrt(squares[c] / count - mean * mean));
    }
    return new Latents(tokenizer, means, deviations);
  }

  @Override
  public int side() {
    return tokenizer.config().scales().last().height();
  }

  @Override
  public int channels() {
    return tokenizer.config().codeChannels();
  }

  @Override
  public double limit() {
    return LIMIT;
  }

  @Override
  public Tensor encode(Tensor images) {
    return Workspace.scope(() ->
        tokenizer.encode(images).minus(row(means, m -> m)).times(row(deviations, d -> 1 / d)));
  }

  @Override
  public Tensor decode(Tensor maps) {
    return Workspace.scope(() -> {
      Tensor f = maps.times(row(deviations, d -> d)).plus(row(means, m -> m)); // (B,h,w,Cv)
      return tokenizer.reconstruct(tokenizer.quantizer().tokenize(f));
    });
  }

  /** A number for each channel, (1,1,1,Cv). */
  private static Tensor row(List<Float> numbers, Function<Float, Float> of) {
    float[] values = new float[numbers.size()];
    for (int c = 0; c < values.length; c++) {
      values[c] = of.apply(numbers.get(c));
    }
    return Tensor.of(Shape.of(1, 1, 1, values.length), values);
  }
}
