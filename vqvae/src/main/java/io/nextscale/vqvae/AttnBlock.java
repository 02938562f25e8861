package io.nextscale.vqvae;

import io.nextscale.nn.Conv2d;
import io.nextscale.nn.GroupNorm;
import io.nextscale.nn.Layer;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Tensor;
import java.util.List;

/**
 * Self-attention over the positions of a map, one head: {@code y = x + proj(softmax(q kᵀ / √C) v)}
 * with q, k, v from {@code qkv(norm(x))}; x and y (B,h,w,C).
 *
 * <p>Source: FoundationVision/VAR models/basic_vae.py, AttnBlock @78b9539.
 */
public record AttnBlock(GroupNorm norm, Conv2d qkv, @Name("proj_out") Conv2d projection)
    implements Layer {

  /** A block whose parameters have no values yet. */
  public static AttnBlock declared(int channels) {
    return new AttnBlock(
        VqVaeConfig.norm(channels),
        Conv2d.declared(channels, 3 * channels, 1),
        Conv2d.declared(channels, channels, 1));
  }

  @Override
  public Tensor forward(Tensor x) {
    int b = x.shape().dim(0);
    int c = x.shape().dim(3);
    int positions = x.shape().dim(1) * x.shape().dim(2);
    Tensor all = qkv.forward(norm.forward(x)).reshape(b, positions, 3 * c); // (B,h·w,3C)
    Tensor q = all.slice(2, 0, c).reshape(b, positions, 1, c);
    Tensor k = all.slice(2, c, 2 * c).reshape(b, positions, 1, c);
    Tensor v = all.slice(2, 2 * c, 3 * c).reshape(b, positions, 1, c);
    Tensor mixed = q.attention(List.of(k), List.of(v), null, (float) StrictMath.pow(c, -0.5));
    return projection.forward(mixed.reshape(x.shape()), x);
  }
}
