package io.nextscale.tensor.op;

import io.nextscale.tensor.Shape;

/**
 * A map (B,…,C) standardised in groups of consecutive channels, {@code n = (x − mean)/√(var + eps)}
 * in double precision: what the references of group normalisation and of its gradients have in
 * common.
 */
final class ChannelGroups {

  /** The standardised elements, in the order of x. */
  final double[] n;

  /** {@code 1/√(var + eps)} of each image's groups. */
  final double[] scale;

  private final int channels;
  private final int groups;
  private final int image; // elements of one image

  private ChannelGroups(Shape shape, int groups) {
    this.channels = shape.dim(-1);
    this.groups = groups;
    this.image = shape.size(1, shape.rank());
    this.n = new double[shape.size()];
    this.scale = new double[shape.dim(0) * groups];
  }

  static ChannelGroups of(float[] x, Shape shape, int groups, float eps) {
    ChannelGroups result = new ChannelGroups(shape, groups);
    double[] n = result.n;
    for (int i = 0; i < n.length; i++) {
      n[i] = x[i];
    }
    double[] mean = result.means(n);
    double[] squares = new double[n.length];
    for (int i = 0; i < n.length; i++) {
      n[i] -= mean[result.group(i)];
      squares[i] = n[i] * n[i];
    }
    double[] variance = result.means(squares);
    for (int k = 0; k < variance.length; k++) {
      result.scale[k] = 1 / Math.sqrt(variance[k] + eps);
    }
    for (int i = 0; i < n.length; i++) {
      n[i] *= result.scale[result.group(i)];
    }
    return result;
  }

  /** The group of element i, counted through all images. */
  int group(int i) {
    return i / image * groups + i % channels / (channels / groups);
  }

  /** The mean of v over each group. */
  double[] means(double[] v) {
    double[] mean = new double[scale.length];
    for (int i = 0; i < v.length; i++) {
      mean[group(i)] += v[i];
    }
    for (int k = 0; k < mean.length; k++) {
      mean[k] /= image / groups;
    }
    return mean;
  }

  /**
   * The gradient of {@code a = n·weight + bias}, given that of a, or with silu that of {@code
   * a·σ(a)}.
   */
  double[] affineGradient(float[] weight, float[] bias, float[] dy, boolean silu) {
    double[] da = new double[dy.length];
    for (int i = 0; i < da.length; i++) {
      double a = n[i] * weight[i % channels] + bias[i % channels];
      double s = 1 / (1 + StrictMath.exp(-a));
      da[i] = silu ? dy[i] * s * (1 + a * (1 - s)) : dy[i];
    }
    return da;
  }
}
