package io.nextscale.tensor.op;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Operand;
import org.jspecify.annotations.Nullable;

/**
 * Operations that put a row, or a group of channels, on a common scale: softmax, layer and group
 * normalisation, unit length.
 */
public sealed interface Normalization extends Op {

  /**
   * Softmax over the last axis: {@code y = exp(x − max x) / Σ exp(x − max x)}.
   *
   * <p>Shapes: x (…,C), y (…,C); each row of y is non-negative and sums to 1. A row whose largest
   * element is −∞ has no softmax and gives NaN.
   */
  record Softmax() implements Normalization {
    @Override
    public Shape shape(Shape... in) {
      return Operands.rows(this, in);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      float[] y = out.floats();
      int c = out.shape().dim(-1);
      for (int o = 0; o < y.length; o += c) {
        double logSum = RowSums.logSumExp(x, o, c);
        for (int i = o; i < o + c; i++) {
          y[i] = (float) StrictMath.exp(x[i] - logSum);
        }
      }
    }

    /** forward: y_i = e_i / Σe, so dy_i/dx_j = y_i (δ_ij − y_j): x itself is not needed. */
    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(Tensor.apply(new SoftmaxGrad(), y, dy));
    }

    @Override
    public Saved saves() {
      return Saved.OUTPUT;
    }
  }

  /**
   * The gradient of {@link Softmax} from (y, dy): {@code dx = y (dy − Σ dy·y)}, the sum over the
   * last axis.
   *
   * <p>Shapes: y (…,C), dy (…,C), dx (…,C).
   */
  record SoftmaxGrad() implements Normalization {
    @Override
    public Shape shape(Shape... in) {
      return Operands.alike(this, 2, in);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] y = in[0].floats();
      float[] dy = in[1].floats();
      float[] dx = out.floats();
      int c = out.shape().dim(-1);
      for (int o = 0; o < dx.length; o += c) {
        double dot = RowSums.dot(dy, y, o, c);
        for (int i = o; i < o + c; i++) {
          dx[i] = (float) (y[i] * (dy[i] - dot));
        }
      }
    }

    /**
     * With g the gradient of dx: by dy it is {@code y (g − Σ g·y)}, by y it is {@code g (dy − Σ
     * dy·y) − dy Σ g·y}.
     */
    @Override
    public @Nullable Tensor[] backward(Tensor g, Tensor dx, Tensor... in) {
      Tensor y = in[0];
      Tensor dy = in[1];
      Tensor direct = g.times(dy.minus(dy.times(y).sum(-1))); // (…,C) (…,1) -> (…,C)
      Tensor throughTheSum = dy.times(g.times(y).sum(-1));
      return Op.gradients(direct.minus(throughTheSum), Tensor.apply(this, y, g));
    }
  }

  /**
   * The logarithm of softmax over the last axis: {@code y = x − log Σ exp x}, computed as {@code x
   * − max x − log Σ exp(x − max x)}.
   *
   * <p>Shapes: x (…,C), y (…,C).
   */
  record LogSoftmax() implements Normalization {
    @Override
    public Shape shape(Shape... in) {
      return Operands.rows(this, in);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      float[] y = out.floats();
      int c = out.shape().dim(-1);
      for (int o = 0; o < y.length; o += c) {
        double logSum = RowSums.logSumExp(x, o, c);
        for (int i = o; i < o + c; i++) {
          y[i] = (float) (x[i] - logSum);
        }
      }
    }

    /** forward: y_i = x_i − log Σ exp x, so dy_i/dx_j = δ_ij − exp y_j. */
    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(dy.minus(y.exp().times(dy.sum(-1)))); // (…,C) (…,1) -> (…,C)
    }

    @Override
    public Saved saves() {
      return Saved.OUTPUT;
    }
  }

  /**
   * Layer normalisation over the last axis: {@code y = (x − mean x) / √(var x + eps)} with the
   * biased variance, without affine parameters.
   *
   * <p>Shapes: x (…,C), y (…,C).
   *
   * @see <a href="https://arxiv.org/abs/1607.06450">Ba, Kiros and Hinton 2016</a>
   */
  record LayerNorm(float eps) implements Normalization {
    public LayerNorm {
      requirePositive("layerNorm", eps);
    }

    @Override
    public Shape shape(Shape... in) {
      return Operands.rows(this, in);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      float[] y = out.floats();
      int c = out.shape().dim(-1);
      for (int o = 0; o < y.length; o += c) {
        double mean = RowSums.mean(x, o, c);
        double deviation = Math.sqrt(RowSums.variance(x, o, c, mean) + eps);
        for (int i = o; i < o + c; i++) {
          y[i] = (float) ((x[i] - mean) / deviation);
        }
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(Tensor.apply(new LayerNormGrad(eps), in[0], dy));
    }
  }

  /**
   * Layer normalisation, then a scale and a shift for each image: {@code y = LN(x)·(1 + scale) +
   * shift}, the adaptive layer norm of diffusion and visual autoregressive transformers.
   *
   * <p>Shapes: x (B,L,C), scale (B,1,C), shift (B,1,C), y (B,L,C).
   *
   * <p>Source: FoundationVision/VAR models/basic_var.py, AdaLNSelfAttn.forward @78b9539.
   *
   * @see <a href="https://arxiv.org/abs/2212.09748">Peebles and Xie 2022, section 3.2</a>
   */
  record ModulatedLayerNorm(float eps) implements Normalization {
    public ModulatedLayerNorm {
      requirePositive("modulatedLayerNorm", eps);
    }

    @Override
    public Shape shape(Shape... in) {
      arity(3, in);
      boolean fits = in[0].rank() == 3;
      for (int i = 1; fits && i < 3; i++) {
        fits = in[i].equals(in[0].with(1, 1));
      }
      if (!fits) {
        throw Operands.unexpected(
            this,
            "x (B, L, C), scale (B, 1, C), shift (B, 1, C)",
            "scale and shift hold one row of channels for each image",
            in);
      }
      return in[0];
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      float[] scale = in[1].floats();
      float[] shift = in[2].floats();
      float[] y = out.floats();
      int c = out.shape().dim(2);
      int image = out.shape().dim(1) * c;
      for (int o = 0; o < y.length; o += c) {
        double mean = RowSums.mean(x, o, c);
        double deviation = Math.sqrt(RowSums.variance(x, o, c, mean) + eps);
        int row = o / image * c; // of scale and shift
        for (int i = 0; i < c; i++) {
          double normalized = (x[o + i] - mean) / deviation;
          y[o + i] = (float) (normalized * (1.0 + scale[row + i]) + shift[row + i]);
        }
      }
    }

    /**
     * forward: y = n·(1 + scale) + shift with n = LN(x); so: dn = dy·(1 + scale), dscale = Σ_L
     * dy·n.
     */
    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      Tensor normalized = Tensor.apply(new LayerNorm(eps), in[0]);
      Tensor dn = dy.times(in[1].plus(1f)); // (B,L,C) (B,1,C) -> (B,L,C)
      return Op.gradients(
          Tensor.apply(new LayerNormGrad(eps), in[0], dn),
          dy.times(normalized).sum(1), // (B,1,C)
          dy.sum(1)); // (B,1,C)
    }
  }

  /**
   * The gradient of {@link LayerNorm} from (x, dy): with {@code n = (x − mean x)/s} and {@code s =
   * √(var x + eps)}, {@code dx = (dy − mean dy − n·mean(dy·n)) / s}, the means over the last axis.
   *
   * <p>Shapes: x (…,C), dy (…,C), dx (…,C).
   */
  record LayerNormGrad(float eps) implements Normalization {
    public LayerNormGrad {
      requirePositive("layerNormGrad", eps);
    }

    @Override
    public Shape shape(Shape... in) {
      return Operands.alike(this, 2, in);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      float[] dy = in[1].floats();
      float[] dx = out.floats();
      int c = out.shape().dim(-1);
      double[] n = new double[c];
      for (int o = 0; o < dx.length; o += c) {
        double mean = RowSums.mean(x, o, c);
        double deviation = Math.sqrt(RowSums.variance(x, o, c, mean) + eps);
        double dot = 0;
        for (int i = 0; i < c; i++) {
          n[i] = (x[o + i] - mean) / deviation;
          dot += dy[o + i] * n[i];
        }
        double meanOfDy = RowSums.mean(dy, o, c);
        for (int i = 0; i < c; i++) {
          dx[o + i] = (float) ((dy[o + i] - meanOfDy - n[i] * dot / c) / deviation);
        }
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      throw Operands.firstDerivativeOnly(this);
    }
  }

  /**
   * Group normalisation: {@code a = (x − mean)/√(var + eps) · weight + bias}, mean and biased
   * variance over all positions and the {@code C/groups} consecutive channels of a group; y is a,
   * or with {@code silu} it is {@code a·σ(a)}.
   *
   * <p>Shapes: x (B,h,w,C) or (B,L,C), weight (C), bias (C), y as x.
   *
   * @param groups a divisor of C; 32 in the VQVAE
   * @see <a href="https://arxiv.org/abs/1803.08494">Wu and He 2018</a>
   */
  record GroupNorm(int groups, float eps, boolean silu) implements Normalization {
    public GroupNorm {
      requireGroups("groupNorm", groups);
      requirePositive("groupNorm", eps);
    }

    @Override
    public Shape shape(Shape... in) {
      arity(3, in);
      return groupedShape(this, groups, "x (B, h, w, C), weight (C), bias (C)", in);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] weight = in[1].floats();
      float[] bias = in[2].floats();
      float[] y = out.floats();
      int c = out.shape().dim(-1);
      double[] n = ChannelGroups.of(in[0].floats(), in[0].shape(), groups, eps).n;
      for (int i = 0; i < y.length; i++) {
        double a = n[i] * weight[i % c] + bias[i % c];
        y[i] = (float) (silu ? a / (1 + StrictMath.exp(-a)) : a);
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      Shape channels = in[1].shape();
      Tensor[] operands = {in[0], in[1], in[2], dy};
      Tensor affine = Tensor.apply(new GroupNormAffineGrad(groups, eps, silu), operands); // (2,C)
      return Op.gradients(
          Tensor.apply(new GroupNormGrad(groups, eps, silu), operands),
          affine.slice(0, 0, 1).reshape(channels),
          affine.slice(0, 1, 2).reshape(channels));
    }
  }

  /**
   * The gradient of {@link GroupNorm} by x, from (x, weight, bias, dy): {@code dx = (g − mean g −
   * n·mean(g·n)) / √(var + eps)} with n the standardised x, {@code g = weight·da} and da the
   * gradient before SiLU; the means are over a group.
   *
   * <p>Shapes: x (B,h,w,C) or (B,L,C), weight (C), bias (C), dy as x, dx as x.
   */
  record GroupNormGrad(int groups, float eps, boolean silu) implements Normalization {
    public GroupNormGrad {
      requireGroups("groupNormGrad", groups);
      requirePositive("groupNormGrad", eps);
    }

    @Override
    public Shape shape(Shape... in) {
      arity(4, in);
      return groupedShape(this, groups, "x (B, h, w, C), weight (C), bias (C), dy as x", in);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] weight = in[1].floats();
      float[] dx = out.floats();
      int c = out.shape().dim(-1);
      ChannelGroups x = ChannelGroups.of(in[0].floats(), in[0].shape(), groups, eps);
      double[] g = x.affineGradient(weight, in[2].floats(), in[3].floats(), silu);
      double[] along = new double[g.length];
      for (int i = 0; i < g.length; i++) {
        g[i] *= weight[i % c];
        along[i] = g[i] * x.n[i];
      }
      double[] meanG = x.means(g);
      double[] meanAlong = x.means(along);
      for (int i = 0; i < dx.length; i++) {
        int group = x.group(i);
        dx[i] = (float) ((g[i] - meanG[group] - x.n[i] * meanAlong[group]) * x.scale[group]);
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      throw Operands.firstDerivativeOnly(this);
    }
  }

  /**
   * The gradients of {@link GroupNorm} by its parameters, from (x, weight, bias, dy): row 0 is
   * {@code dweight = Σ da·n}, row 1 is {@code dbias = Σ da}, with n the standardised x, da the
   * gradient before SiLU and the sums over images and positions.
   *
   * <p>Shapes: x (B,h,w,C) or (B,L,C), weight (C), bias (C), dy as x, result (2,C).
   */
  record GroupNormAffineGrad(int groups, float eps, boolean silu) implements Normalization {
    public GroupNormAffineGrad {
      requireGroups("groupNormAffineGrad", groups);
      requirePositive("groupNormAffineGrad", eps);
    }

    @Override
    public Shape shape(Shape... in) {
      arity(4, in);
      Shape x = groupedShape(this, groups, "x (B, h, w, C), weight (C), bias (C), dy as x", in);
      return Shape.of(2, x.dim(-1));
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      int c = out.shape().dim(-1);
      ChannelGroups x = ChannelGroups.of(in[0].floats(), in[0].shape(), groups, eps);
      double[] da = x.affineGradient(in[1].floats(), in[2].floats(), in[3].floats(), silu);
      double[] sums = new double[2 * c];
      for (int i = 0; i < da.length; i++) {
        sums[i % c] += da[i] * x.n[i];
        sums[c + i % c] += da[i];
      }
      float[] result = out.floats();
      for (int i = 0; i < result.length; i++) {
        result[i] = (float) sums[i];
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      throw Operands.firstDerivativeOnly(this);
    }
  }

  /**
   * Rows of unit length: {@code y = x / max(‖x‖₂, eps)} over the last axis.
   *
   * <p>Shapes: x (…,C), y (…,C). A row of zeros stays zero.
   *
   * <p>Source: torch.nn.functional.normalize, as VAR applies it to queries and keys (eps 1e-12).
   */
  record L2Normalize(float eps) implements Normalization {
    public L2Normalize {
      requirePositive("l2Normalize", eps);
    }

    @Override
    public Shape shape(Shape... in) {
      return Operands.rows(this, in);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      float[] y = out.floats();
      int c = out.shape().dim(-1);
      for (int o = 0; o < y.length; o += c) {
        double length = Math.max(Math.sqrt(RowSums.dot(x, x, o, c)), eps);
        for (int i = o; i < o + c; i++) {
          y[i] = (float) (x[i] / length);
        }
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(Tensor.apply(new L2NormalizeGrad(eps), in[0], dy));
    }
  }

  /**
   * The gradient of {@link L2Normalize} from (x, dy): {@code dx = (dy − y Σ dy·y) / ‖x‖} with
   * {@code y = x/‖x‖}; where {@code ‖x‖ < eps} the length is the constant eps and {@code dx =
   * dy/eps}.
   *
   * <p>Shapes: x (…,C), dy (…,C), dx (…,C).
   */
  record L2NormalizeGrad(float eps) implements Normalization {
    public L2NormalizeGrad {
      requirePositive("l2NormalizeGrad", eps);
    }

    @Override
    public Shape shape(Shape... in) {
      return Operands.alike(this, 2, in);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      float[] dy = in[1].floats();
      float[] dx = out.floats();
      int c = out.shape().dim(-1);
      for (int o = 0; o < dx.length; o += c) {
        double length = Math.sqrt(RowSums.dot(x, x, o, c));
        double along = length < eps ? 0 : RowSums.dot(dy, x, o, c) / (length * length);
        for (int i = o; i < o + c; i++) {
          dx[i] = (float) ((dy[i] - x[i] * along) / Math.max(length, eps));
        }
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      throw Operands.firstDerivativeOnly(this);
    }
  }

  /**
   * x (B,…,C) with at least one axis between, weight (C), bias (C), and dy as x where it is given.
   */
  private static Shape groupedShape(Op op, int groups, String expected, Shape... in) {
    Shape x = in[0];
    boolean fits = x.rank() >= 3;
    fits = fits && in[1].equals(Shape.of(x.dim(-1))) && in[2].equals(in[1]);
    fits = fits && (in.length == 3 || in[3].equals(x));
    if (!fits) {
      throw Operands.unexpected(
          op, expected, "maps are channels last; (B, L, C) is taken as well", in);
    }
    if (x.dim(-1) % groups != 0) {
      throw Operands.unexpected(
          op,
          "a number of channels that " + groups + " groups divide",
          x.dim(-1) + " channels are not a multiple of " + groups,
          in);
    }
    return x;
  }

  private static void requirePositive(String op, float eps) {
    if (!(eps > 0) || eps == Float.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          op + ": eps above 0; got " + eps + " — it keeps the division finite, 1e-6 is usual");
    }
  }

  private static void requireGroups(String op, int groups) {
    if (groups < 1) {
      throw new IllegalArgumentException(op + ": at least 1 group; got " + groups);
    }
  }
}
