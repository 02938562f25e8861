/**
 * Diffusion: a picture is made out of noise, step by step.
 *
 * <p>{@link io.nextscale.baselines.diffusion.Dit} is the network, {@link
 * io.nextscale.baselines.diffusion.Diffusion} the process, {@link
 * io.nextscale.baselines.diffusion.Sampler} the way back; {@link
 * io.nextscale.baselines.diffusion.DitTrainer} trains, {@link
 * io.nextscale.baselines.diffusion.DiffusionStepwise} searches. What is diffused are the maps of a
 * {@link io.nextscale.baselines.diffusion.PictureSpace}: those of a tokenizer's encoder, or pixels.
 *
 * <p>Letters used in comments: B maps, h and w their sides, C their channels; p the side of a
 * patch; L patches, W channels of the transformer, H its heads; T steps of the process; x₀ a map, ε
 * the noise, x_t the map after t steps; ᾱ_t what is left of the map's variance then.
 *
 * @see <a href="https://arxiv.org/abs/2212.09748">Peebles and Xie 2023, Scalable diffusion models
 *     with transformers</a>
 * @see <a href="https://arxiv.org/abs/2006.11239">Ho, Jain and Abbeel 2020, Denoising diffusion
 *     probabilistic models</a>
 */
@NullMarked
package io.nextscale.baselines.diffusion;

import org.jspecify.annotations.NullMarked;
