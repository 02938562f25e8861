package io.nextscale.vqvae;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;

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

  /** Continues the averages of a quantizer. */
  public CodeUsage(MultiScaleQuantizer quantizer) {
    this.hits = quantizer.hits();
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
}
