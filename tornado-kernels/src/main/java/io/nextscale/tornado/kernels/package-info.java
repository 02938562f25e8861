/**
 * The kernels: what one work item does, as TornadoVM compiles it.
 *
 * <p>Every kernel has the same parameters. {@code memory} is the device's memory for floats, {@code
 * words} that for indices and for weights that are stored small; tensors are ranges of them. {@code
 * args} says where operands and results start and what their extents are, {@code numbers} holds the
 * few that are not whole. Both are sent before each run, because TornadoVM bakes scalars into the
 * compiled code: so a kernel is compiled once and serves every shape. They hold the arguments of
 * all tasks of a graph; {@code slot} says where those of this task begin, in both, and every read
 * starts from there. It is an array too, so that the code is the same for all tasks that run a
 * kernel, and a driver that knows it already need not compile it again.
 *
 * <p>The comment of a kernel lists its arguments in order, with the extents in the letters of its
 * operation; an offset of −1 says that an operand is absent. Work groups have {@link
 * io.nextscale.tornado.kernels.Groups#ROW} items where a group takes a row, else {@link
 * io.nextscale.tornado.kernels.Groups#WIDE}. What TornadoVM compiles wrongly or not at all is
 * listed in {@code docs/gpu.md} and kept out by a test: no {@code >>>}, no bits of a float but into
 * an array, no {@code Math} that the device lacks, no local array passed on, no float compared by
 * {@code >=} or {@code <=}, no helper in the condition of a loop, no condition in a variable.
 * Beside these: one exit from helpers, every element of a result written, not two branches that
 * both end in a loop.
 *
 * <p>Start with {@link io.nextscale.tornado.kernels.NormalizationKernels} for a row per group, then
 * {@link io.nextscale.tornado.kernels.ProductKernels} for tiles.
 */
@NullMarked
package io.nextscale.tornado.kernels;

import org.jspecify.annotations.NullMarked;
