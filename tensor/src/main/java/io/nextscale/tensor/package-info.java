/**
 * Tensors and their derivatives.
 *
 * <p>A {@link io.nextscale.tensor.Tensor} is an immutable value: extents, element type and one
 * array. Its methods apply operations ({@link io.nextscale.tensor.op}), which a backend ({@link
 * io.nextscale.tensor.spi}) runs. {@link io.nextscale.tensor.Gradients} records a computation and
 * walks it back; {@link io.nextscale.tensor.Workspace} recycles memory in inference; {@link
 * io.nextscale.tensor.RandomStream} gives the same numbers to everyone.
 *
 * <p>Start with {@link io.nextscale.tensor.Tensor#apply}, the one door every operation goes
 * through. Deliberately absent: strided views, operations in place, silent promotion of types,
 * second derivatives.
 */
@NullMarked
package io.nextscale.tensor;

import org.jspecify.annotations.NullMarked;
