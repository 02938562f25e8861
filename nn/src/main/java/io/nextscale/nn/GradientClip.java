package io.nextscale.nn;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.HostBuffer;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Gradients scaled so that their norm, taken over all parameters as one vector, is at most a limit:
 * {@code g · min(1, limit / (‖g‖₂ + 1e-6))}.
 *
 * @param norm ‖g‖₂ before
 * @param gradients after
 * @see <a href="https://arxiv.org/abs/1211.5063">Pascanu, Mikolov and Bengio 2013; the 1e-6 is that
 *     of torch.nn.utils.clip_grad_norm_</a>
 */
public record GradientClip(double norm, SequencedMap<Parameter, Tensor> gradients) {

  /** Elements of a partial sum. */
  private static final int GRAIN = 1 << 15;

  /**
   * Clips.
   *
   * @param limit the largest norm; infinity only measures
   */
  public static GradientClip byNorm(SequencedMap<Parameter, Tensor> gradients, double limit) {
    double sum = 0;
    for (Tensor gradient : gradients.values()) {
      sum += sumOfSquares(gradient);
    }
    double norm = Math.sqrt(sum);
    double factor = limit / (norm + 1e-6);
    if (!(factor < 1)) {
      return new GradientClip(norm, gradients);
    }
    SequencedMap<Parameter, Tensor> clipped = new LinkedHashMap<>();
    gradients.forEach((parameter, g) -> clipped.put(parameter, g.times((float) factor)));
    return new GradientClip(norm, clipped);
  }

  /** ‖g‖₂² of one tensor, summed in double precision. */
  static double sumOfSquares(Tensor gradient) {
    float[] values =
        gradient.buffer() instanceof HostBuffer.F32(float[] own) ? own : gradient.toArray();
    double[] parts = new double[Math.ceilDiv(values.length, GRAIN)];
    Backends.cpu()
        .onHost(values.length, GRAIN, (from, to) -> parts[from / GRAIN] = sum(values, from, to));
    double sum = 0;
    for (double part : parts) {
      sum += part;
    }
    return sum;
  }

  /** In four sums, which a processor does side by side. */
  private static double sum(float[] values, int from, int to) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = from;
    for (; i + 4 <= to; i += 4) {
      s0 += (double) values[i] * values[i];
      s1 += (double) values[i + 1] * values[i + 1];
      s2 += (double) values[i + 2] * values[i + 2];
      s3 += (double) values[i + 3] * values[i + 3];
    }
    for (; i < to; i++) {
      s0 += (double) values[i] * values[i];
    }
    return (s0 + s1) + (s2 + s3);
  }
}
