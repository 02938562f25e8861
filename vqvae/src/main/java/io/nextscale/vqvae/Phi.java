package io.nextscale.vqvae;

import io.nextscale.nn.Conv2d;
import io.nextscale.nn.Layer;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Tensor;

/**
 * Smooths codes that were spread over the map: {@code φ(h) = (1 − r) h + r conv(h)}, h (B,H,W,Cv).
 *
 * <p>Source: FoundationVision/VAR models/quant.py, Phi @78b9539.
 *
 * @param conv 3×3
 * @param ratio r
 */
public record Phi(@Name("") Conv2d conv, float ratio) implements Layer {

  /** A convolution whose parameters have no values yet. */
  public static Phi declared(int channels, float ratio) {
    return new Phi(Conv2d.declared(channels, channels, 3), ratio);
  }

  @Override
  public Tensor forward(Tensor h) {
    return h.times(1 - ratio).plus(conv.forward(h).times(ratio));
  }
}
