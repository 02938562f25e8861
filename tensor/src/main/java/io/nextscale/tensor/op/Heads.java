package io.nextscale.tensor.op;

import io.nextscale.tensor.Shape;

/** Where the heads of q (B,Lq,H,D) and k (B,L,H,D) lie, for the references of attention. */
final class Heads {

  /** Channels per head. */
  final int d;

  private final int queries;
  private final int keys;
  private final int heads;
  private final double scale;

  Heads(Shape q, int keys, float scale) {
    this.queries = q.dim(1);
    this.heads = q.dim(2);
    this.d = q.dim(3);
    this.keys = keys;
    this.scale = scale;
  }

  /** The query that the head at element {@code at} of q belongs to. */
  int query(int at) {
    return at / (heads * d) % queries;
  }

  /** The first element of key j for the image and head of element {@code at} of q. */
  int key(int at, int j) {
    int image = at / (queries * heads * d);
    int head = at / d % heads;
    return ((image * keys + j) * heads + head) * d;
  }

  /** {@code softmax_j(scale · q · k_j)} over the first n keys. */
  double[] probabilities(float[] q, int at, float[] k, int n) {
    double[] p = new double[n];
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < n; j++) {
      int key = key(at, j);
      for (int i = 0; i < d; i++) {
        p[j] += (double) q[at + i] * k[key + i];
      }
      p[j] *= scale;
      max = Math.max(max, p[j]);
    }
    double sum = 0;
    for (int j = 0; j < n; j++) {
      p[j] = StrictMath.exp(p[j] - max);
      sum += p[j];
    }
    for (int j = 0; j < n; j++) {
      p[j] /= sum;
    }
    return p;
  }
}
