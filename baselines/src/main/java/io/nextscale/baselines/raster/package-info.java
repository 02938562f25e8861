/**
 * Tokens in raster order: an image is one grid of tokens, made one by one, row by row.
 *
 * <p>The network is that of {@link io.nextscale.var}, told to take every cell of the grid for a
 * scale of its own, so that nothing but the order differs. {@link
 * io.nextscale.baselines.raster.RasterOrder} says what the tokens are and what is read of them,
 * {@link io.nextscale.baselines.raster.RasterGenerator} makes images, {@link
 * io.nextscale.baselines.raster.RasterStepwise} searches.
 *
 * <p>Letters used in comments: B images, L tokens, Cv channels of a code, V codes.
 *
 * @see <a href="https://arxiv.org/abs/2012.09841">Esser, Rombach and Ommer 2021, Taming
 *     transformers for high-resolution image synthesis</a>
 */
@NullMarked
package io.nextscale.baselines.raster;

import org.jspecify.annotations.NullMarked;
