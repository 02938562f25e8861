package io.nextscale.tensor.cpu;

/**
 * Group normalisation of channels-last maps, {@code y = (x - mean) / sqrt(variance + eps) weight +
 * bias}, with mean and biased variance over all positions and the C/G channels of a group; SiLU may
 * follow in the same pass.
 *
 * <p>Entry point: {@link #forward}. Derivatives are in {@link GroupNormGrad}.
 *
 * <p>The statistics of a group come from many short sums: each chunk of {@link #POSITIONS}
 * positions gives, channel by channel, its mean and its squared deviations from that mean, in
 * float; these are merged in double. So nothing is lost by cancellation or by the length of a sum,
 * and x is read from memory once.
 *
 * @see <a href="https://arxiv.org/abs/1803.08494">Wu and He 2018</a>
 */
final class GroupNorm {

  /** Positions of a chunk: with 160 channels 80 KiB, which stay in the second-level cache. */
  static final int POSITIONS = 128;

  private GroupNorm() {}

  /**
   * y = x̂ weight + bias, or silu of that; y may be x.
   *
   * @param x (batch, positions, channels)
   * @param weight (channels)
   * @param bias (channels)
   * @param groups a divisor of channels
   */
  static void forward(
      RowKernels k,
      float[] x,
      float[] weight,
      float[] bias,
      int batch,
      int positions,
      int channels,
      int groups,
      float eps,
      boolean silu,
      float[] y) {
    Statistics statistics = Statistics.of(k, x, batch, positions, channels, groups, eps);
    float[] factor = new float[batch * channels];
    float[] shift = new float[batch * channels];
    statistics.affine(weight, bias, factor, shift);
    Parallel.forRange(
        batch * positions,
        RowKernels.rowsPerChunk(channels),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            int o = r * channels;
            int b = r / positions * channels;
            if (silu) {
              k.affineSilu(x, o, y, o, channels, factor, b, shift, b);
            } else {
              k.affine(x, o, y, o, channels, factor, b, shift, b);
            }
          }
        });
  }

  /**
   * Mean and 1 / sqrt(variance + eps) of each group, (batch, groups).
   *
   * @param channels channels of the map
   */
  record Statistics(
      int batch, int positions, int channels, int groups, double[] mean, double[] scale) {

    static Statistics of(
        RowKernels k, float[] x, int batch, int positions, int channels, int groups, float eps) {
      int chunks = chunks(positions);
      float[] means = new float[batch * chunks * channels]; // (batch, chunks, channels)
      float[] squares = new float[batch * chunks * channels];
      Parallel.forRange(
          batch * chunks,
          1,
          (from, to) -> {
            for (int chunk = from; chunk < to; chunk++) {
              int first = chunk % chunks * POSITIONS;
              int rows = Math.min(POSITIONS, positions - first);
              int xo = (chunk / chunks * positions + first) * channels;
              int o = chunk * channels;
              k.columnSums(x, xo, channels, rows, channels, means, o);
              k.divide(means, o, means, o, channels, rows);
              k.columnSquaredDeviations(x, xo, channels, rows, channels, means, o, squares, o);
            }
          });
      double[] mean = new double[batch * groups];
      double[] scale = new double[batch * groups];
      Parallel.forRange(
          batch * groups,
          RowKernels.rowsPerChunk(chunks * channels / groups),
          (from, to) -> {
            for (int i = from; i < to; i++) {
              merge(means, squares, i, positions, channels, groups, eps, mean, scale);
            }
          });
      return new Statistics(batch, positions, channels, groups, mean, scale);
    }

    /** The statistics of one of the (batch, groups) from its chunks, in double. */
    private static void merge(
        float[] means,
        float[] squares,
        int group,
        int positions,
        int channels,
        int groups,
        float eps,
        double[] mean,
        double[] scale) {
      int chunks = chunks(positions);
      int perGroup = channels / groups;
      int first = group / groups * chunks * channels + group % groups * perGroup;
      double count = (double) positions * perGroup;
      double sum = 0;
      for (int chunk = 0; chunk < chunks; chunk++) {
        int rows = Math.min(POSITIONS, positions - chunk * POSITIONS);
        for (int c = 0; c < perGroup; c++) {
          sum += (double) rows * means[first + chunk * channels + c];
        }
      }
      double m = sum / count;
      double deviations = 0; // of elements from their chunk's mean, and of that from the group's
      for (int chunk = 0; chunk < chunks; chunk++) {
        int o = first + chunk * channels;
        int rows = Math.min(POSITIONS, positions - chunk * POSITIONS);
        for (int c = 0; c < perGroup; c++) {
          double d = means[o + c] - m;
          deviations += squares[o + c] + rows * d * d;
        }
      }
      mean[group] = m;
      scale[group] = 1 / Math.sqrt(deviations / count + eps);
    }

    static int chunks(int positions) {
      return (positions + POSITIONS - 1) / POSITIONS;
    }

    /** The rows with which x̂ weight + bias = x factor + shift, (batch, channels). */
    void affine(float[] weight, float[] bias, float[] factor, float[] shift) {
      int perGroup = channels / groups;
      for (int b = 0; b < batch; b++) {
        for (int c = 0; c < channels; c++) {
          int group = b * groups + c / perGroup;
          double f = scale[group] * weight[c];
          factor[b * channels + c] = (float) f;
          shift[b * channels + c] = (float) (bias[c] - mean[group] * f);
        }
      }
    }

    /** The rows with which x̂ = x factor + shift, (batch, channels). */
    void standard(float[] factor, float[] shift) {
      float[] one = new float[channels];
      java.util.Arrays.fill(one, 1f);
      affine(one, new float[channels], factor, shift);
    }
  }
}
