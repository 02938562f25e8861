package io.nextscale.baselines.diffusion;

import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.MatrixProduct.Activation;

/**
 * What a step of the process is to the transformer: {@code W₂ silu(W₁ (cos(t ω), sin(t ω)))} with
 * {@code ω_i = 10000^(−i/128)} for i = 0 .. 127.
 *
 * <p>Source: facebookresearch/DiT models.py, TimestepEmbedder @ed81ce2.
 */
public record TimestepEmbedding(@Name("mlp.0") Linear first, @Name("mlp.2") Linear second) {

  private static final int FREQUENCIES = 128;
  private static final float LOG_PERIOD = (float) -StrictMath.log(10_000);

  /** Layers whose parameters have no values yet. */
  static TimestepEmbedding declared(int width) {
    return new TimestepEmbedding(
        Linear.declared(2 * FREQUENCIES, width, true), Linear.declared(width, width, true));
  }

  /** The embeddings of times, (B,W). */
  public Tensor forward(int... times) {
    return second.forward(first.forward(waves(times), Activation.SILU));
  }

  /** Angles in single precision, which is what published weights have learnt: (B,256). */
  static Tensor waves(int... times) {
    float[] values = new float[times.length * 2 * FREQUENCIES];
    for (int b = 0; b < times.length; b++) {
      int row = b * 2 * FREQUENCIES;
      for (int i = 0; i < FREQUENCIES; i++) {
        float frequency = (float) StrictMath.exp(LOG_PERIOD * i / FREQUENCIES);
        float angle = times[b] * frequency;
        values[row + i] = (float) StrictMath.cos(angle);
        values[row + FREQUENCIES + i] = (float) StrictMath.sin(angle);
      }
    }
    return Tensor.of(Shape.of(times.length, 2 * FREQUENCIES), values);
  }
}
