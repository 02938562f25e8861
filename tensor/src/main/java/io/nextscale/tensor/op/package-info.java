/**
 * The operations, one sealed family per file: shape rule, plain-loop reference and derivative of
 * each.
 *
 * <p>The alphabet of the comments: {@code B} batch, {@code L} tokens, {@code C} channels, {@code H}
 * heads, {@code D} channels per head, {@code V} vocabulary, {@code M,N,K} extents of a matrix
 * product, {@code h,w} grid. Feature maps are channels last, {@code (B,h,w,C)}, so that a map is a
 * grid of tokens {@code (B,h*w,C)}. Linear weights are {@code (N,K)} and convolution weights {@code
 * (O,C,kh,kw)}, as in checkpoints.
 *
 * <p>Start with {@link io.nextscale.tensor.op.Op}, then {@link io.nextscale.tensor.op.Elementwise}.
 * Not here: fast kernels, which each backend has of its own.
 */
@NullMarked
package io.nextscale.tensor.op;

import org.jspecify.annotations.NullMarked;
