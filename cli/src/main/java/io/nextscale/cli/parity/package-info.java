/**
 * The self-check {@code nextscale parity}: compares this library with numbers that PyTorch and the
 * official VAR code computed.
 *
 * <p>A folder of golden data holds a {@code manifest.json} (configurations, seed, and for every
 * file what it means and how far a float32 implementation may be off), inputs and results. {@link
 * io.nextscale.cli.parity.Parity} runs every {@link io.nextscale.cli.parity.Check} that finds files
 * of its area; a check repeats the computation and hands what came out to {@link
 * io.nextscale.cli.parity.Findings}, the only place that compares. Each check reads as the
 * specification of its area; start with {@link io.nextscale.cli.parity.InterpolationCheck}, and for
 * the whole models with {@code TokenizerCheck} and {@code GenerationCheck}.
 *
 * <p>Nothing is fitted to one folder: configurations, seeds, tolerances and the parameters that
 * only the descriptions of files tell ({@link io.nextscale.cli.parity.Described}) are read from it.
 *
 * <p>Golden maps are (B,C,h,w), maps of the library are (B,h,w,C); {@link
 * io.nextscale.cli.parity.GoldenArray} and {@code Findings} convert, nothing else does.
 */
@NullMarked
package io.nextscale.cli.parity;

import org.jspecify.annotations.NullMarked;
