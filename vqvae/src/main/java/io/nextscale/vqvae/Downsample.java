package io.nextscale.vqvae;

import io.nextscale.nn.Conv2d;
import io.nextscale.nn.Layer;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Convolution.Padding;

/**
 * Halves a map: a 3×3 convolution of stride 2 over the map with one row of zeros below and one
 * column on the right. x (B,h,w,C), y (B,h/2,w/2,C).
 *
 * <p>Source: FoundationVision/VAR models/basic_vae.py, Downsample2x @78b9539.
 */
public record Downsample(Conv2d conv) implements Layer {

  /** A layer whose parameters have no values yet. */
  public static Downsample declared(int channels) {
    return new Downsample(Conv2d.declared(channels, channels, 3, 2, new Padding(0, 0, 1, 1)));
  }

  @Override
  public Tensor forward(Tensor x) {
    return conv.forward(x);
  }
}
