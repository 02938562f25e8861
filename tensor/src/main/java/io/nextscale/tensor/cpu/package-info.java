/**
 * The kernels of the CPU, over plain arrays: they know nothing of tensors.
 *
 * <p>Letters used in comments: M rows, N columns and K inner extent of a product; B batch, L
 * tokens, H heads, D elements per head; h, w a grid, C its channels. Inside loops i is a row, j a
 * column, k the inner index.
 *
 * <p>Results are the same bits for any number of threads, any vector width, scalar kernels, and any
 * batch a row is part of. Three rules give that: chunks of parallel loops have borders that depend
 * on sizes only ({@link io.nextscale.tensor.cpu.Parallel}); every output is one sequence of {@code
 * fma}, vectorised across outputs and never along a sum, but for sums over a row in the 32 fixed
 * lanes of {@link io.nextscale.tensor.cpu.RowKernels}; elementary functions are polynomials written
 * here ({@link io.nextscale.tensor.cpu.ScalarMath}, {@link io.nextscale.tensor.cpu.VectorMath}).
 *
 * <p>{@link io.nextscale.tensor.cpu.CpuInfo} chooses between vector and scalar kernels once; {@link
 * io.nextscale.tensor.cpu.CpuKernels} holds the heavy ones:
 *
 * <ul>
 *   <li>{@link io.nextscale.tensor.cpu.Gemm#linear}: y = epilogue(x wᵀ) for weights of any type,
 *       packed beforehand by {@link io.nextscale.tensor.cpu.Gemm#pack} or not;
 *   <li>{@link io.nextscale.tensor.cpu.Gemm#multiply}: products of batches of matrices, transposed
 *       or not;
 *   <li>{@link io.nextscale.tensor.cpu.AttentionForward#run}: attention over chunks of keys and
 *       values;
 *   <li>{@link io.nextscale.tensor.cpu.Convolution2d#run}: convolution of channels-last maps, with
 *       bias and residual.
 * </ul>
 *
 * <p>They stand on {@link io.nextscale.tensor.cpu.Tiles}, the innermost loops, in a scalar and a
 * vector form. Start reading there.
 *
 * <p>The light kernels pass over their data once or twice. Their loops that need vectors are {@link
 * io.nextscale.tensor.cpu.RowKernels}, {@link io.nextscale.tensor.cpu.ArithmeticKernels} and {@link
 * io.nextscale.tensor.cpu.ActivationKernels}, each in both forms; on these stand:
 *
 * <ul>
 *   <li>elements: {@link io.nextscale.tensor.cpu.ElementFunctions}, {@link
 *       io.nextscale.tensor.cpu.Broadcast}, {@link io.nextscale.tensor.cpu.Conversions};
 *   <li>rows: {@link io.nextscale.tensor.cpu.AxisReduction}, {@link
 *       io.nextscale.tensor.cpu.Softmax}, {@link io.nextscale.tensor.cpu.LayerNorm}, {@link
 *       io.nextscale.tensor.cpu.GroupNorm}, {@link io.nextscale.tensor.cpu.L2Norm}, {@link
 *       io.nextscale.tensor.cpu.CrossEntropy}, {@link io.nextscale.tensor.cpu.TokenFilter}, {@link
 *       io.nextscale.tensor.cpu.TokenDraw};
 *   <li>copies and tables: {@link io.nextscale.tensor.cpu.Copies}, {@link
 *       io.nextscale.tensor.cpu.Permutation}, {@link io.nextscale.tensor.cpu.TableRows}, {@link
 *       io.nextscale.tensor.cpu.NearestCodes}, {@link io.nextscale.tensor.cpu.Resample}.
 * </ul>
 */
@org.jspecify.annotations.NullMarked
package io.nextscale.tensor.cpu;
