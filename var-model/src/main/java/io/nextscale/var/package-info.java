/**
 * The visual autoregressive transformer: it predicts the token grids of an image scale by scale,
 * all tokens of a scale at once.
 *
 * <p>Letters used in comments: B images; R rows of a batch, twice B where guidance adds an
 * unconditional row for each image; L tokens, l those of one scale; C channels of the transformer,
 * H its heads, D channels of a head; Cv channels of a code; V codes; S scales, p the side of one.
 *
 * <p>Start with {@link io.nextscale.var.Generator}, which makes images, and {@link
 * io.nextscale.var.Var}, the network; {@link io.nextscale.var.VarTrainer} trains it.
 *
 * @see <a href="https://arxiv.org/abs/2404.02905">Tian et al. 2024, Visual autoregressive modeling:
 *     scalable image generation via next-scale prediction</a>
 */
@NullMarked
package io.nextscale.var;

import org.jspecify.annotations.NullMarked;
