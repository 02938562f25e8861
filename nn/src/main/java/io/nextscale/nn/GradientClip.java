package io.nextscale.nn;

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
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return sum;
  }
}
