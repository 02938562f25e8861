package io.nextscale.vqvae;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.Arrays;

/**
 * How much of the codebook is in use: a moving average of how often each code is taken per batch
 * and scale.
 *
 * <p>The average starts with the first counts, forgets a tenth per update for the first hundred
 * updates, and a hundredth later. As in the reference code the updates of all scales are counted
 * together, so that of the very first batch only the first scale starts with its counts.
 *
 * <p>Source: FoundationVision/VAR models/quant.py, VectorQuantizer2.forward @78b9539.
 */
public final class CodeUsage {

  /** Of the average that a uniform use of the codes would give. */
  private static final double MARGIN = 0.08;

  private final Parameter hits;
  private int updates;

  /** Averages that start with the next update. */
  public CodeUsage(MultiScaleQuantizer quantizer) {
    this(quantizer, 0);
  }

  /**
   * Continues the averages of a quantizer.
   *
   * @param updates how many they have seen, see {@link #updates()}
   */
  public CodeUsage(MultiScaleQuantizer quantizer, int updates) {
    if (updates < 0) {
      throw new IllegalArgumentException("codeUsage: at least 0 updates; got " + updates);
    }
    this.hits = quantizer.hits();
    this.updates = updates;
  }

  /** How many updates the averages have seen, one per batch and scale. */
  public int updates() {
    return updates;
  }

  /** Takes the tokens of a training batch into the averages. */
  public void update(TokenPyramid tokens) {
    Shape shape = hits.shape(); // (S,V)
    int codes = shape.dim(1);
    float[] average = hits.peek().toArray();
    for (int s = 0; s < shape.dim(0); s++) {
      int[] counts = new int[codes];
      for (int id : tokens.ids().get(s).toInts()) {
        counts[id]++;
      }
      float keep = updates == 0 ? 0 : updates < 100 ? 0.9f : 0.99f;
      for (int v = 0; v < codes; v++) {
        int i = s * codes + v;
        average[i] = average[i] * keep + counts[v] * (1 - keep);
      }
      updates++;
    }
    hits.set(Tensor.of(shape, average));
  }

  /**
   * For each scale the percentage of codes that are used at least 0.08 times as often as they would
   * be on average if a scale had as many tokens as the map.
   *
   * @param positions positions of all maps in a batch, {@code B·H·W}, over all processes
   */
  public double[] percentages(long positions) {
    Shape shape = hits.shape();
    float[] average = hits.peek().toArray();
    int codes = shape.dim(1);
    double margin = (double) positions / codes * MARGIN;
    double[] percent = new double[shape.dim(0)];
    for (int s = 0; s < percent.length; s++) {
      int used = 0;
      for (int v = 0; v < codes; v++) {
        used += average[s * codes + v] >= margin ? 1 : 0;
      }
      percent[s] = 100.0 * used / codes;
    }
    return percent;
  }

  /**
   * For each scale how many codes are in use as their entropy tells it, {@code e^(−Σ p_v ln p_v)}
   * with p the averages of a scale over their sum: 1 when there is one code, V when all are used
   * alike; 0 before the first update.
   */
  public double[] perplexities() {
    Shape shape = hits.shape();
    float[] average = hits.peek().toArray();
    int codes = shape.dim(1);
    double[] perplexities = new double[shape.dim(0)];
    for (int s = 0; s < perplexities.length; s++) {
      perplexities[s] = perplexity(Arrays.copyOfRange(average, s * codes, (s + 1) * codes));
    }
    return perplexities;
  }

  /**
   * The perplexity of counts or averages of them.
   *
   * @param counts of each code, at least 0; their sum need not be 1
   */
  public static double perplexity(float... counts) {
    double sum = 0;
    for (float count : counts) {
      sum += count;
    }
    double entropy = 0;
    for (float count : counts) {
      double p = count / sum;
      entropy -= count > 0 ? p * StrictMath.log(p) : 0;
    }
    return sum > 0 ? StrictMath.exp(entropy) : 0;
  }
}
