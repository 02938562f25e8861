package io.nextscale.tensor.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives of {@link GroupNorm}; statistics are computed again from x.
 *
 * <p>Entry point: {@link #backward}.
 *
 * <p>forward: z = x̂ weight + bias, y = z or silu(z); x̂ = (x - mean) s, where mean and s depend on
 * all n elements of a group. So with dz = dy or dy silu'(z): dBias = Σ dz, dWeight = Σ dz x̂ over
 * batch and positions, and dx = s (dz weight - A/n - x̂ B/n) with A = Σ dz weight, B = Σ dz weight
 * x̂ over the group.
 */
final class GroupNormGrad {

  private GroupNormGrad() {}

  /**
   * Shapes as in {@link GroupNorm#forward}.
   *
   * @param silu whether SiLU followed
   * @param dx (batch, positions, channels), or null if not wanted; may be dy
   * @param dAffine dWeight and dBias, (2, channels), or null if not wanted
   */
  static void backward(
      RowKernels k,
      float[] x,
      float[] weight,
      float[] bias,
      float[] dy,
      int batch,
      int positions,
      int channels,
      int groups,
      float eps,
      boolean silu,
      float @Nullable [] dx,
      float @Nullable [] dAffine) {
    GroupNorm.Statistics statistics =
        GroupNorm.Statistics.of(k, x, batch, positions, channels, groups, eps);
    float[] factor = new float[batch * channels]; // z = x factor + shift
    float[] shift = new float[batch * channels];
    statistics.affine(weight, bias, factor, shift);
    float[] unit = new float[batch * channels]; // x̂ = x unit + unitShift
    float[] unitShift = new float[batch * channels];
    statistics.standard(unit, unitShift);

    int chunks = GroupNorm.Statistics.chunks(positions);
    float[] sums = new float[batch * chunks * channels]; // of dz, (batch, chunks, channels)
    float[] products = new float[batch * chunks * channels]; // of dz x̂
    Parallel.forRange(
        batch * chunks,
        1,
        (from, to) -> {
          for (int chunk = from; chunk < to; chunk++) {
            int b = chunk / chunks;
            int first = chunk % chunks * GroupNorm.POSITIONS;
            int rows = Math.min(GroupNorm.POSITIONS, positions - first);
            int o = (b * positions + first) * channels;
            k.affineSiluGradSums(
                x,
                dy,
                o,
                rows,
                channels,
                factor,
                shift,
                unit,
                unitShift,
                b * channels,
                silu,
                dx != null ? dx : Scratch.MAP.floats(rows * channels),
                dx != null ? o : 0,
                sums,
                products,
                chunk * channels);
          }
        });

    double[] sum = merge(sums, batch, chunks, channels); // (batch, channels)
    double[] product = merge(products, batch, chunks, channels);
    if (dAffine != null) {
      sumOverBatch(product, batch, channels, dAffine, 0);
      sumOverBatch(sum, batch, channels, dAffine, channels);
    }
    if (dx == null) {
      return;
    }

    // dx = dz factor + x̂ xHatFactor + constant
    float[] xHatFactor = new float[batch * channels];
    float[] constant = new float[batch * channels];
    groupTerms(statistics, weight, sum, product, xHatFactor, constant);
    Parallel.forRange(
        batch * chunks,
        1,
        (from, to) -> {
          for (int chunk = from; chunk < to; chunk++) {
            int b = chunk / chunks;
            int first = chunk % chunks * GroupNorm.POSITIONS;
            k.addNormalized(
                x,
                dx, // dz until now
                (b * positions + first) * channels,
                Math.min(GroupNorm.POSITIONS, positions - first),
                channels,
                factor,
                unit,
                unitShift,
                xHatFactor,
                constant,
                b * channels,
                dx);
          }
        });
  }

  /** Adds up chunks, (batch, chunks, channels) to (batch, channels). */
  private static double[] merge(float[] partial, int batch, int chunks, int channels) {
    double[] sum = new double[batch * channels];
    for (int b = 0; b < batch; b++) {
      for (int chunk = 0; chunk < chunks; chunk++) {
        for (int c = 0; c < channels; c++) {
          sum[b * channels + c] += partial[(b * chunks + chunk) * channels + c];
        }
      }
    }
    return sum;
  }

  private static void sumOverBatch(double[] sum, int batch, int channels, float[] out, int o) {
    double[] total = new double[channels];
    for (int b = 0; b < batch; b++) {
      for (int c = 0; c < channels; c++) {
        total[c] += sum[b * channels + c];
      }
    }
    for (int c = 0; c < channels; c++) {
      out[o + c] = (float) total[c];
    }
  }

  /** -s B/n and -s A/n of each channel's group. */
  private static void groupTerms(
      GroupNorm.Statistics statistics,
      float[] weight,
      double[] sum,
      double[] product,
      float[] xHatFactor,
      float[] constant) {
    int channels = statistics.channels();
    int perGroup = channels / statistics.groups();
    double count = (double) statistics.positions() * perGroup;
    for (int o = 0; o < sum.length; o += perGroup) {
      double a = 0;
      double b = 0;
      for (int i = o; i < o + perGroup; i++) {
        a += sum[i] * weight[i % channels];
        b += product[i] * weight[i % channels];
      }
      double s = statistics.scale()[o / perGroup];
      Arrays.fill(xHatFactor, o, o + perGroup, (float) (-s * b / count));
      Arrays.fill(constant, o, o + perGroup, (float) (-s * a / count));
    }
  }
}
