package io.nextscale.tensor.cpu;

import io.nextscale.tensor.op.Resampling.Mode;
import java.util.Arrays;

/**
 * One axis of a resampling as a sparse matrix: output i is {@code Σ weight[t] x[source[t]]} over
 * {@code start[i] <= t < start[i + 1]}.
 *
 * <p>With n inputs, m outputs and scale s = n/m:
 *
 * <ul>
 *   <li>nearest: input ⌊i s⌋;
 *   <li>area: the mean of inputs ⌊i s⌋ to ⌈(i+1) s⌉ - 1, also when enlarging;
 *   <li>bilinear: r = max(s (i + ½) - ½, 0); the inputs ⌊r⌋ and ⌊r⌋ + 1, by distance;
 *   <li>bicubic: r = s (i + ½) - ½; the four inputs around r by Keys' kernel with a = -¾, without
 *       antialiasing. Inputs beyond a border are the one at the border.
 * </ul>
 *
 * <p>Positions r of bilinear and bicubic are computed in 32-bit floats, as by PyTorch
 * (aten/src/ATen/native/UpSample.h): this keeps results closest to those of the reference code.
 *
 * @param inputs n
 * @param start offsets into the next two, one more than there are outputs
 * @param source input indices, 0 .. n-1
 * @param weight one for each
 * @see <a href="https://doi.org/10.1109/TASSP.1981.1163711">Keys 1981</a>
 */
record ResampleTable(int inputs, int[] start, int[] source, float[] weight) {

  /** Keys' a. */
  private static final float A = -0.75f;

  /** The table of n inputs and m outputs. */
  static ResampleTable of(Mode mode, int n, int m) {
    int[] start = new int[m + 1];
    int most = mode == Mode.AREA ? (n + m - 1) / m + 1 : 4;
    int[] source = new int[m * most];
    float[] weight = new float[m * most];
    float scale = (float) n / m;
    int t = 0;
    for (int i = 0; i < m; i++) {
      switch (mode) {
        case NEAREST -> {
          source[t] = (int) ((long) i * n / m);
          weight[t++] = 1;
        }
        case AREA -> {
          int from = (int) ((long) i * n / m);
          int to = (int) Math.ceilDiv((i + 1L) * n, m);
          for (int k = from; k < to; k++) {
            source[t] = k;
            weight[t++] = 1f / (to - from);
          }
        }
        case BILINEAR -> {
          float r = Math.max(scale * (i + 0.5f) - 0.5f, 0f);
          int k = Math.min((int) r, n - 1);
          float fraction = r - k;
          source[t] = k;
          weight[t++] = 1 - fraction;
          source[t] = Math.min(k + 1, n - 1);
          weight[t++] = fraction;
        }
        case BICUBIC -> {
          float r = scale * (i + 0.5f) - 0.5f;
          int k = (int) Math.floor(r);
          float fraction = r - k;
          for (int tap = -1; tap <= 2; tap++) {
            source[t] = Math.clamp(k + tap, 0, n - 1);
            weight[t++] = cubic(Math.abs(fraction - tap));
          }
        }
      }
      start[i + 1] = t;
    }
    return new ResampleTable(n, start, Arrays.copyOf(source, t), Arrays.copyOf(weight, t));
  }

  /** Keys' kernel at a distance of at most 2. */
  private static float cubic(float x) {
    return x <= 1 ? ((A + 2) * x - (A + 3)) * x * x + 1 : ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;
  }

  /** m. */
  int outputs() {
    return start.length - 1;
  }

  /** The transposed matrix, with m inputs and n outputs: what the gradient goes through. */
  ResampleTable transposed() {
    int[] first = new int[inputs + 1];
    for (int k : source) {
      first[k + 1]++;
    }
    for (int k = 0; k < inputs; k++) {
      first[k + 1] += first[k];
    }
    int[] next = first.clone();
    int[] output = new int[source.length];
    float[] value = new float[source.length];
    for (int i = 0; i < outputs(); i++) {
      for (int t = start[i]; t < start[i + 1]; t++) {
        int at = next[source[t]]++;
        output[at] = i;
        value[at] = weight[t];
      }
    }
    return new ResampleTable(outputs(), first, output, value);
  }

  /**
   * Resamples the middle axis: x (outer, inputs, inner) to y (outer, outputs, inner). The terms of
   * an output are added by {@code fma} in the order of the table.
   */
  void apply(RowKernels k, float[] x, int outer, int inner, float[] y) {
    int m = outputs();
    Parallel.forRange(
        outer * m,
        RowKernels.rowsPerChunk(4 * inner),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            int xo = r / m * inputs;
            int first = start[r % m];
            int last = start[r % m + 1];
            if (first == last) {
              Arrays.fill(y, r * inner, (r + 1) * inner, 0f);
              continue;
            }
            k.scale(x, (xo + source[first]) * inner, y, r * inner, inner, weight[first]);
            for (int t = first + 1; t < last; t++) {
              k.addScaled(x, (xo + source[t]) * inner, y, r * inner, inner, weight[t]);
            }
          }
        });
  }
}
