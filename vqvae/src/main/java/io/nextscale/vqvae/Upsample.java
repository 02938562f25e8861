package io.nextscale.vqvae;

import io.nextscale.nn.Conv2d;
import io.nextscale.nn.Layer;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Resampling.Mode;

/**
 * Doubles a map: every cell becomes 2×2, then a 3×3 convolution. x (B,h,w,C), y (B,2h,2w,C).
 *
 * <p>Source: FoundationVision/VAR models/basic_vae.py, Upsample2x @78b9539.
 */
public record Upsample(Conv2d conv) implements Layer {

  /** A layer whose parameters have no values yet. */
  public static Upsample declared(int channels) {
    return new Upsample(Conv2d.declared(channels, channels, 3));
  }

  @Override
  public Tensor forward(Tensor x) {
    return conv.forward(x.resize(Mode.NEAREST, 2 * x.shape().dim(1), 2 * x.shape().dim(2)));
  }
}
