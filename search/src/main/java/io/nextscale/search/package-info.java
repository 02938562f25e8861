/**
 * Search at inference time: more computation for a better picture, without training.
 *
 * <p>A {@link io.nextscale.search.Stepwise} model makes a picture in steps that can go several
 * ways; a {@link io.nextscale.search.Verifier} says how good a picture is; a {@link
 * io.nextscale.search.Strategy} decides which ways are tried; a {@link io.nextscale.search.Budget}
 * says how much that may cost. Start with {@link io.nextscale.search.Search}, then {@link
 * io.nextscale.search.Beam}. {@link io.nextscale.search.ZeroOrder} and {@link
 * io.nextscale.search.Paths} are for models that begin with noise, {@link
 * io.nextscale.search.Noisy}.
 *
 * <p>Letters in comments: K steps (scales) of a picture, k one of them from 1, n pictures, w
 * branches that survive a step, c candidates of each.
 *
 * <p>Sources: Riise, Kaya and Papadopoulos 2025, <a href="https://arxiv.org/abs/2510.16751">Visual
 * Autoregressive Models Beat Diffusion Models on Inference Time Scaling</a>; Ma et al. 2025, <a
 * href="https://arxiv.org/abs/2501.09732">Inference-Time Scaling for Diffusion Models beyond
 * Scaling Denoising Steps</a>.
 */
@NullMarked
package io.nextscale.search;

import org.jspecify.annotations.NullMarked;
