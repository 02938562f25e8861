package io.nextscale.tornado;

import io.nextscale.tornado.kernels.AttentionKernels;
import io.nextscale.tornado.kernels.ConvolutionKernels;
import io.nextscale.tornado.kernels.ElementwiseKernels;
import io.nextscale.tornado.kernels.GroupNormKernels;
import io.nextscale.tornado.kernels.Groups;
import io.nextscale.tornado.kernels.LayoutKernels;
import io.nextscale.tornado.kernels.LookupKernels;
import io.nextscale.tornado.kernels.LossKernels;
import io.nextscale.tornado.kernels.NormalizationKernels;
import io.nextscale.tornado.kernels.ProductKernels;
import io.nextscale.tornado.kernels.ReductionKernels;
import io.nextscale.tornado.kernels.ResamplingKernels;
import io.nextscale.tornado.kernels.SamplingKernels;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task6;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The kernels that compute. */
enum Kernel {
  UNARY(Groups.WIDE, ElementwiseKernels::unary),
  BINARY(Groups.WIDE, ElementwiseKernels::binary),
  BROADCAST(Groups.WIDE, ElementwiseKernels::broadcast),
  WIDEN(Groups.WIDE, ElementwiseKernels::widen),
  BITS(Groups.WIDE, ElementwiseKernels::bits),
  NARROW(Groups.WIDE, ElementwiseKernels::narrow),
  INDICES_TO_FLOATS(Groups.WIDE, ElementwiseKernels::indicesToFloats),
  GATED(Groups.WIDE, ElementwiseKernels::gated),
  MOVE_FLOATS(Groups.WIDE, LayoutKernels::moveFloats),
  MOVE_WORDS(Groups.WIDE, LayoutKernels::moveWords),
  ZERO_FLOATS(Groups.WIDE, LayoutKernels::zeroFloats),
  ZERO_WORDS(Groups.WIDE, LayoutKernels::zeroWords),
  SUM_ROWS(Groups.ROW, ReductionKernels::sumRows),
  MAX_ROWS(Groups.ROW, ReductionKernels::maxRows),
  SUM_COLUMNS(Groups.WIDE, ReductionKernels::sumColumns),
  MAX_COLUMNS(Groups.WIDE, ReductionKernels::maxColumns),
  LAYER_NORM(Groups.ROW, NormalizationKernels::layerNorm),
  LAYER_NORM_GRAD(Groups.ROW, NormalizationKernels::layerNormGrad),
  L2_NORMALIZE(Groups.ROW, NormalizationKernels::l2Normalize),
  L2_NORMALIZE_GRAD(Groups.ROW, NormalizationKernels::l2NormalizeGrad),
  SOFTMAX(Groups.ROW, NormalizationKernels::softmax),
  SOFTMAX_GRAD(Groups.ROW, NormalizationKernels::softmaxGrad),
  GROUP_STATISTICS(Groups.WIDE, GroupNormKernels::groupStatistics),
  GROUP_NORM(Groups.WIDE, GroupNormKernels::groupNorm),
  GROUP_GRAD_STATISTICS(Groups.WIDE, GroupNormKernels::groupGradStatistics),
  GROUP_NORM_GRAD(Groups.WIDE, GroupNormKernels::groupNormGrad),
  GROUP_NORM_AFFINE_GRAD(Groups.WIDE, GroupNormKernels::groupNormAffineGrad),
  PRODUCT(Groups.WIDE, ProductKernels::product),
  FINISH(Groups.WIDE, ProductKernels::finish),
  /** No kernel of ours: {@link CuBlasProducts} does it. */
  LIBRARY_PRODUCT,
  CONV2D(Groups.WIDE, ConvolutionKernels::conv2d),
  CONV2D_GRAD_INPUT(Groups.WIDE, ConvolutionKernels::conv2dGradInput),
  CONV2D_GRAD_WEIGHT(Groups.WIDE, ConvolutionKernels::conv2dGradWeight),
  ATTENTION(Groups.ROW, Kernel.CHUNKED, AttentionKernels::attention),
  ATTENTION_STATISTICS(Groups.ROW, AttentionKernels::attentionStatistics),
  ATTENTION_GRAD_QUERY(Groups.ROW, AttentionKernels::attentionGradQuery),
  ATTENTION_GRAD_KEY_VALUE(Groups.ROW, AttentionKernels::attentionGradKeyValue),
  ROWS(Groups.WIDE, LookupKernels::rows),
  ROWS_GRAD(Groups.WIDE, LookupKernels::rowsGrad),
  NEAREST(Groups.ROW, LookupKernels::nearest),
  ARG_MAX(Groups.ROW, LookupKernels::argMax),
  CROSS_ENTROPY(Groups.ROW, LossKernels::crossEntropy),
  CROSS_ENTROPY_GRAD(Groups.ROW, LossKernels::crossEntropyGrad),
  RESIZE(Groups.WIDE, ResamplingKernels::resize),
  RESIZE_GRAD(Groups.WIDE, ResamplingKernels::resizeGrad),
  TOP_K_TOP_P(Groups.ROW, SamplingKernels::topKTopP),
  DRAW(Groups.ROW, SamplingKernels::draw);

  /** Arguments of attention, three for each chunk of keys. */
  static final int CHUNKED = 256;

  private static final int FEW = 32;

  /** Work items of a group. */
  final int group;

  /** The most arguments. */
  final int args;

  /** The body, as TornadoVM takes it; null for what a library does. */
  final @Nullable Task6<KernelContext, IntArray, IntArray, FloatArray, FloatArray, IntArray> code;

  Kernel() {
    this(1, FEW, null);
  }

  Kernel(
      int group, Task6<KernelContext, IntArray, IntArray, FloatArray, FloatArray, IntArray> code) {
    this(group, FEW, code);
  }

  Kernel(
      int group,
      int args,
      @Nullable Task6<KernelContext, IntArray, IntArray, FloatArray, FloatArray, IntArray> code) {
    this.group = group;
    this.args = args;
    this.code = code;
  }

  /** Its name in messages and in those of tasks. */
  String label() {
    StringBuilder label = new StringBuilder("k");
    for (String part : name().split("_", -1)) {
      label.append(part.charAt(0)).append(part.substring(1).toLowerCase(java.util.Locale.ROOT));
    }
    return label.toString();
  }
}
