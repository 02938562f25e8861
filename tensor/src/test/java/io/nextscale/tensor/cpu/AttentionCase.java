package io.nextscale.tensor.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Seeded operands of attention, and its definition in doubles.
 *
 * @param lengths tokens of each chunk of keys and values
 */
record AttentionCase(
    int batch,
    int queries,
    int heads,
    int d,
    int[] lengths,
    int @Nullable [] visible,
    float scale) {

  static AttentionCase of(int batch, int queries, int heads, int d, int... lengths) {
    return new AttentionCase(batch, queries, heads, d, lengths, null, (float) (1 / Math.sqrt(d)));
  }

  AttentionCase withVisible(int... counts) {
    return new AttentionCase(batch, queries, heads, d, lengths, counts, scale);
  }

  /** The mask of blocks of tokens that see each other and all blocks before them. */
  static int[] blockCausal(int... blocks) {
    int[] visible = new int[Arrays.stream(blocks).sum()];
    int end = 0;
    for (int block : blocks) {
      Arrays.fill(visible, end, end + block, end + block);
      end += block;
    }
    return visible;
  }

  int keys() {
    return Arrays.stream(lengths).sum();
  }

  float[] q() {
    return Samples.values(batch * queries * heads * d, 1);
  }

  /** Chunks of keys. */
  float[][] k() {
    return chunks(100);
  }

  /** Chunks of values. */
  float[][] v() {
    return chunks(200);
  }

  private float[][] chunks(long seed) {
    float[][] chunks = new float[lengths.length][];
    for (int c = 0; c < chunks.length; c++) {
      chunks[c] = Samples.values(batch * lengths[c] * heads * d, seed + c);
    }
    return chunks;
  }

  /** All chunks as one array (B,L,H,D). */
  float[] joined(float[][] chunks) {
    float[] all = new float[batch * keys() * heads * d];
    int to = 0;
    for (int b = 0; b < batch; b++) {
      for (int c = 0; c < chunks.length; c++) {
        int size = lengths[c] * heads * d;
        System.arraycopy(chunks[c], b * size, all, to, size);
        to += size;
      }
    }
    return all;
  }

  float[] forward(CpuKernels kernels) {
    return forward(kernels, q(), k(), v());
  }

  float[] forward(CpuKernels kernels, float[] q, float[][] k, float[][] v) {
    float[] y = new float[q.length];
    Arrays.fill(y, Float.NaN);
    kernels.attention().run(batch, queries, heads, d, q, k, v, lengths, visible, scale, y);
    return y;
  }

  /** p_ij of query i of head h of image b, over the keys it sees. */
  double[] probabilities(float[] q, float[] k, int b, int i, int h) {
    double[] p = new double[visible == null ? keys() : visible[i]];
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < p.length; j++) {
      for (int e = 0; e < d; e++) {
        p[j] += (double) scale * q[at(queries, b, i, h) + e] * k[at(keys(), b, j, h) + e];
      }
      max = Math.max(max, p[j]);
    }
    double sum = 0;
    for (int j = 0; j < p.length; j++) {
      p[j] = Math.exp(p[j] - max);
      sum += p[j];
    }
    for (int j = 0; j < p.length; j++) {
      p[j] /= sum;
    }
    return p;
  }

  double[] expected() {
    float[] q = q();
    float[] k = joined(k());
    float[] v = joined(v());
    double[] y = new double[q.length];
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < queries; i++) {
        for (int h = 0; h < heads; h++) {
          double[] p = probabilities(q, k, b, i, h);
          for (int j = 0; j < p.length; j++) {
            for (int e = 0; e < d; e++) {
              y[at(queries, b, i, h) + e] += p[j] * v[at(keys(), b, j, h) + e];
            }
          }
        }
      }
    }
    return y;
  }

  /** The first element of head h of token i of image b. */
  int at(int length, int b, int i, int h) {
    return ((b * length + i) * heads + h) * d;
  }

  /** The gradient of the result. */
  float[] dy() {
    return Samples.values(batch * queries * heads * d, 300);
  }

  /** dq, dk and dv, one after the other. */
  float[] backward(CpuKernels kernels) {
    float[] q = q();
    float[] k = joined(k());
    float[] gradients = new float[q.length + 2 * k.length];
    Arrays.fill(gradients, Float.NaN);
    kernels
        .attentionGradients()
        .run(batch, queries, keys(), heads, d, q, k, joined(v()), dy(), visible, scale, gradients);
    return gradients;
  }

  double[] expectedGradients() {
    float[] q = q();
    float[] k = joined(k());
    float[] v = joined(v());
    float[] dy = dy();
    double[] gradients = new double[q.length + 2 * k.length];
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < queries; i++) {
        for (int h = 0; h < heads; h++) {
          double[] p = probabilities(q, k, b, i, h);
          int query = at(queries, b, i, h);
          double[] dp = new double[p.length];
          double mean = 0;
          for (int j = 0; j < p.length; j++) {
            for (int e = 0; e < d; e++) {
              dp[j] += (double) dy[query + e] * v[at(keys(), b, j, h) + e];
            }
            mean += p[j] * dp[j];
          }
          for (int j = 0; j < p.length; j++) {
            double ds = scale * p[j] * (dp[j] - mean);
            int key = at(keys(), b, j, h);
            for (int e = 0; e < d; e++) {
              gradients[query + e] += ds * k[key + e];
              gradients[q.length + key + e] += ds * q[query + e];
              gradients[q.length + k.length + key + e] += p[j] * dy[query + e];
            }
          }
        }
      }
    }
    return gradients;
  }
}
