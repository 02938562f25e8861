package io.nextscale.tornado;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Normalization;

/** Normalisation, row by row or in groups of channels. */
final class NormalizationDispatch {

  /** Floats of the statistics of a group of channels. */
  private static final int STATISTICS = 4;

  private NormalizationDispatch() {}

  static void run(Normalization op, Call call) {
    switch (op) {
      case Normalization.Softmax _ ->
          call.run(Kernel.SOFTMAX, rows(call), call.at(0), call.result(), c(call), 0);
      case Normalization.LogSoftmax _ ->
          call.run(Kernel.SOFTMAX, rows(call), call.at(0), call.result(), c(call), 1);
      case Normalization.SoftmaxGrad _ ->
          call.run(Kernel.SOFTMAX_GRAD, rows(call), call.at(0), call.at(1), call.result(), c(call));
      case Normalization.LayerNorm(float eps) -> layerNorm(call, eps, false);
      case Normalization.ModulatedLayerNorm(float eps) -> layerNorm(call, eps, true);
      case Normalization.LayerNormGrad(float eps) -> rowsOfTwo(call, Kernel.LAYER_NORM_GRAD, eps);
      case Normalization.L2Normalize(float eps) ->
          call.run(Kernel.L2_NORMALIZE, rows(call), eps, call.at(0), call.result(), c(call));
      case Normalization.L2NormalizeGrad(float eps) ->
          rowsOfTwo(call, Kernel.L2_NORMALIZE_GRAD, eps);
      case Normalization.GroupNorm(int groups, float eps, boolean silu) ->
          new Grouped(call, groups, eps, silu).norm();
      case Normalization.GroupNormGrad(int groups, float eps, boolean silu) ->
          new Grouped(call, groups, eps, silu).grad();
      case Normalization.GroupNormAffineGrad(int groups, float eps, boolean silu) ->
          new Grouped(call, groups, eps, silu).affineGrad();
    }
  }

  private static int c(Call call) {
    return call.out().shape().dim(-1);
  }

  /** None where rows are empty. */
  private static int rows(Call call) {
    return c(call) == 0 ? 0 : call.size() / c(call);
  }

  private static void layerNorm(Call call, float eps, boolean modulated) {
    int ofImage = modulated ? call.shape(0).dim(1) : 1;
    call.run(
        Kernel.LAYER_NORM,
        rows(call),
        eps,
        call.at(0),
        call.result(),
        c(call),
        call.at(1, modulated),
        call.at(2, modulated),
        ofImage);
  }

  private static void rowsOfTwo(Call call, Kernel kernel, float eps) {
    call.run(kernel, rows(call), eps, call.at(0), call.at(1), call.result(), c(call));
  }

  /** The kernels of group normalisation, which share their arguments. */
  private record Grouped(Call call, int groups, float eps, boolean silu) {

    void norm() {
      runBetween(false, Kernel.GROUP_STATISTICS, Kernel.GROUP_NORM);
    }

    void grad() {
      runBetween(
          true, Kernel.GROUP_STATISTICS, Kernel.GROUP_GRAD_STATISTICS, Kernel.GROUP_NORM_GRAD);
    }

    void affineGrad() {
      runBetween(true, Kernel.GROUP_STATISTICS, Kernel.GROUP_NORM_AFFINE_GRAD);
    }

    private void runBetween(boolean dy, Kernel... kernels) {
      Shape x = call.shape(0);
      int channels = x.dim(-1);
      if (x.size() == 0) {
        int n = call.size();
        call.runEach(Kernel.ZERO_FLOATS, n, call.result(), n);
        return;
      }
      int positions = x.size(1, x.rank() - 1);
      DeviceBuffer statistics = call.scratch(x.dim(0) * groups * STATISTICS);
      int[] args = {
        call.at(0),
        call.at(1),
        call.at(2),
        call.at(3, dy),
        call.result(),
        statistics.at(),
        positions,
        channels,
        groups,
        silu ? 1 : 0,
        x.size()
      };
      for (Kernel kernel : kernels) {
        call.run(kernel, groupsOf(kernel, x, channels), eps, args);
      }
    }

    private int groupsOf(Kernel kernel, Shape x, int channels) {
      return switch (kernel) {
        case GROUP_STATISTICS, GROUP_GRAD_STATISTICS -> x.dim(0) * groups;
        case GROUP_NORM_AFFINE_GRAD -> channels;
        default -> Device.groups(x.size());
      };
    }
  }
}
