/**
 * The multi-scale tokenizer: an image becomes a pyramid of token grids, 1×1 up to 16×16, and back.
 *
 * <p>An encoder turns the image into a feature map f, 16 times smaller. The map is explained coarse
 * to fine: at each scale what is left of it is averaged down to the scale's grid, every cell takes
 * its nearest code, the codes are spread back over the whole map, and what they explain, f_hat, is
 * subtracted. A decoder turns f_hat into an image.
 *
 * <p>Letters used in comments: B batch; h,w rows and columns of an image or map, H,W those of f; C
 * channels of the networks, Cv channels of a code (32); V codes (4096); S scales, s one of them, p
 * its side; L tokens of all scales. Images are (B,h,w,3) with values in [-1, 1]; maps are channels
 * last, tokens of a scale row by row.
 *
 * <p>Start with {@link io.nextscale.vqvae.MultiScaleQuantizer}; {@link io.nextscale.vqvae.Scales}
 * holds the sizes, {@link io.nextscale.vqvae.VqVae} the whole. Not here: the transformer that
 * predicts the tokens, and the training, which is {@code io.nextscale.vqvae.training}.
 *
 * @see <a href="https://arxiv.org/abs/2404.02905">Tian et al. 2024, section 3.2, algorithms 1 and
 *     2</a>
 */
@NullMarked
package io.nextscale.vqvae;

import org.jspecify.annotations.NullMarked;
