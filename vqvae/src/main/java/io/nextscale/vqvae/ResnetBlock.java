package io.nextscale.vqvae;

import io.nextscale.nn.Conv2d;
import io.nextscale.nn.GroupNorm;
import io.nextscale.nn.Layer;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * A residual block: {@code y = shortcut(x) + conv2(silu(norm2(conv1(silu(norm1(x))))))}, x
 * (B,h,w,C), y (B,h,w,C'). A plain block has no normalisations.
 *
 * <p>Source: FoundationVision/VAR models/basic_vae.py, ResnetBlock @78b9539.
 *
 * @param norm1 null in a plain block
 * @param norm2 null in a plain block
 * @param shortcut a 1×1 convolution where C' differs from C, else null for the identity
 */
public record ResnetBlock(
    @Nullable GroupNorm norm1,
    Conv2d conv1,
    @Nullable GroupNorm norm2,
    Conv2d conv2,
    @Name("nin_shortcut") @Nullable Conv2d shortcut)
    implements Layer {

  /** A block whose parameters have no values yet. */
  public static ResnetBlock declared(int inputs, int outputs, boolean plain) {
    return new ResnetBlock(
        plain ? null : VqVaeConfig.norm(inputs),
        Conv2d.declared(inputs, outputs, 3),
        plain ? null : VqVaeConfig.norm(outputs),
        Conv2d.declared(outputs, outputs, 3),
        inputs == outputs ? null : Conv2d.declared(inputs, outputs, 1));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor h = Workspace.scope(() -> conv1.forward(activate(norm1, x))); // (B,h,w,C')
    return conv2.forward(activate(norm2, h), shortcut == null ? x : shortcut.forward(x));
  }

  /** {@code silu(norm(x))}, or {@code silu(x)} without a normalisation. */
  static Tensor activate(@Nullable GroupNorm norm, Tensor x) {
    return norm == null ? x.silu() : norm.forwardSilu(x);
  }
}
