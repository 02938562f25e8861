package io.nextscale.tensor.op;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Operand;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention and its gradient, token-major: heads are the third axis, so that q,
 * k and v are what the linear layers give, without a transposition.
 */
public sealed interface Attention extends Op {

  /**
   * Attention of each head: {@code y[b,i,h] = Σ_j p_ij v[b,j,h]} with {@code p_i = softmax_j(scale
   * · q[b,i,h] · k[b,j,h])} over the keys {@code 0 <= j < visible[i]}, or over all keys without a
   * mask.
   *
   * <p>Shapes: q (B,Lq,H,D); keys and values in chunks (B,Lc,H,D) that count as one sequence of
   * {@code L = Σ Lc} tokens, so that a cache grows without copying; visible I32 (Lq), each 1 .. L;
   * y (B,Lq,H,D). Operands: q, all chunks of keys, all chunks of values, and visible where masked.
   *
   * <p>A prefix per query is enough for causal masks, also those of blocks of tokens that see each
   * other.
   *
   * @param scale what the products are multiplied with, usually 1/√D
   * @param chunks the number of chunks, at least 1
   * @param masked whether visible is given
   * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017, section 3.2</a>
   */
  record ScaledDotProduct(float scale, int chunks, boolean masked) implements Attention {
    public ScaledDotProduct {
      if (chunks < 1) {
        throw new IllegalArgumentException(
            "scaledDotProduct: at least 1 chunk of keys; got " + chunks);
      }
    }

    @Override
    public Shape shape(Shape... in) {
      arity(1 + 2 * chunks + (masked ? 1 : 0), in);
      Shape q = in[0];
      int keys = 0;
      for (int i = 1; i <= chunks; i++) {
        boolean fits = q.rank() == 4 && in[i].rank() == 4 && in[i].equals(in[i + chunks]);
        if (!fits || !in[i].with(1, 0).equals(q.with(1, 0))) {
          throw Operands.unexpected(
              this,
              "q (B, Lq, H, D), keys and values (B, Lc, H, D)",
              "a chunk of keys and its chunk of values have one shape",
              in);
        }
        keys += in[i].dim(1);
      }
      if (keys == 0) {
        throw Operands.unexpected(
            this, "at least one key", "a softmax over nothing is undefined", in);
      }
      requireVisible(this, masked, in);
      return q;
    }

    @Override
    public DType type(DType... in) {
      return Operands.withIndices(this, masked ? in.length - 1 : -1, in);
    }

    /** Of all keys, also those that a mask hides. */
    @Override
    public double flops(Shape out, Shape... in) {
      double keys = 0;
      for (int i = 1; i <= chunks; i++) {
        keys += in[i].dim(1);
      }
      return 4 * out.size() * keys;
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      Shape q = in[0].shape();
      float[] k = chained(in, 1, chunks);
      float[] v = chained(in, 1 + chunks, chunks);
      int keys = 0;
      for (int i = 1; i <= chunks; i++) {
        keys += in[i].shape().dim(1);
      }
      int[] visible = masked ? in[in.length - 1].ints() : all(q.dim(1), keys);
      requireVisible(this, visible, keys);
      Heads heads = new Heads(q, keys, scale);
      float[] y = out.floats();
      for (int at = 0; at < y.length; at += heads.d) {
        int n = visible[heads.query(at)];
        double[] p = heads.probabilities(in[0].floats(), at, k, n);
        for (int d = 0; d < heads.d; d++) {
          double sum = 0;
          for (int j = 0; j < n; j++) {
            sum += p[j] * v[heads.key(at, j) + d];
          }
          y[at + d] = (float) sum;
        }
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      Tensor q = in[0];
      Tensor k = Tensor.concat(1, Arrays.copyOfRange(in, 1, 1 + chunks)); // (B,L,H,D)
      Tensor v = Tensor.concat(1, Arrays.copyOfRange(in, 1 + chunks, 1 + 2 * chunks));
      Op grad = new ScaledDotProductGrad(scale, masked);
      Tensor flat =
          masked
              ? Tensor.apply(grad, q, k, v, dy, in[in.length - 1])
              : Tensor.apply(grad, q, k, v, dy);
      int ofQ = q.shape().size();
      int ofK = k.shape().size();
      Tensor dk = flat.slice(0, ofQ, ofQ + ofK).reshape(k.shape());
      Tensor dv = flat.slice(0, ofQ + ofK, ofQ + 2 * ofK).reshape(v.shape());
      @Nullable Tensor[] gradients = new Tensor[in.length];
      gradients[0] = flat.slice(0, 0, ofQ).reshape(q.shape());
      int token = 0;
      for (int i = 1; i <= chunks; i++) {
        int end = token + in[i].shape().dim(1);
        gradients[i] = dk.slice(1, token, end);
        gradients[i + chunks] = dv.slice(1, token, end);
        token = end;
      }
      return gradients;
    }
  }

  /**
   * The gradients of {@link ScaledDotProduct} from (q, k, v, dy) and visible where masked. With
   * {@code P} the attention of a head and {@code dP = dy vᵀ}: {@code dS = P (dP − Σ_j P dP)},
   * {@code dq = scale · dS k}, {@code dk = scale · dSᵀ q}, {@code dv = Pᵀ dy}.
   *
   * <p>Shapes: q (B,Lq,H,D), k and v (B,L,H,D) in one chunk, dy (B,Lq,H,D), visible I32 (Lq); the
   * result is dq, dk and dv one after another, one axis.
   */
  record ScaledDotProductGrad(float scale, boolean masked) implements Attention {
    @Override
    public Shape shape(Shape... in) {
      arity(masked ? 5 : 4, in);
      Shape q = in[0];
      Shape k = in[1];
      boolean fits = q.rank() == 4 && k.rank() == 4 && k.with(1, 0).equals(q.with(1, 0));
      if (!fits || k.dim(1) == 0 || !in[2].equals(k) || !in[3].equals(q)) {
        throw Operands.unexpected(
            this,
            "q (B, Lq, H, D), k and v (B, L, H, D), dy as q",
            "chunks of keys and values are concatenated first",
            in);
      }
      requireVisible(this, masked, in);
      long size = q.size() + 2L * k.size();
      if (size > Integer.MAX_VALUE - 8) {
        throw Operands.unexpected(
            this, "gradients of fewer than 2^31 - 8 elements", "use smaller batches", in);
      }
      return Shape.of((int) size);
    }

    @Override
    public DType type(DType... in) {
      return Operands.withIndices(this, masked ? in.length - 1 : -1, in);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] q = in[0].floats();
      float[] k = in[1].floats();
      float[] v = in[2].floats();
      float[] dy = in[3].floats();
      int keys = in[1].shape().dim(1);
      int[] visible = masked ? in[4].ints() : all(in[0].shape().dim(1), keys);
      requireVisible(this, visible, keys);
      Heads heads = new Heads(in[0].shape(), keys, scale);
      double[] sums = new double[out.shape().size()];
      for (int at = 0; at < q.length; at += heads.d) {
        int n = visible[heads.query(at)];
        double[] p = heads.probabilities(q, at, k, n);
        double[] dp = new double[n];
        double mean = 0;
        for (int j = 0; j < n; j++) {
          for (int d = 0; d < heads.d; d++) {
            dp[j] += (double) dy[at + d] * v[heads.key(at, j) + d];
          }
          mean += p[j] * dp[j];
        }
        for (int j = 0; j < n; j++) {
          double ds = scale * p[j] * (dp[j] - mean);
          int key = heads.key(at, j);
          for (int d = 0; d < heads.d; d++) {
            sums[at + d] += ds * k[key + d];
            sums[q.length + key + d] += ds * q[at + d];
            sums[q.length + k.length + key + d] += p[j] * dy[at + d];
          }
        }
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
   * Checks what a mask says.
   *
   * @param visible for each query the number of keys it sees
   * @param keys the number of keys there are
   * @throws IllegalArgumentException when a query sees no key or more than there are
   */
  static void requireVisible(Op op, int[] visible, int keys) {
    for (int i = 0; i < visible.length; i++) {
      if (visible[i] < 1 || visible[i] > keys) {
        throw new IllegalArgumentException(
            op.name()
                + ": each query to see 1 to "
                + keys
                + " keys; got "
                + visible[i]
                + " for query "
                + i);
      }
    }
  }

  private static void requireVisible(Op op, boolean masked, Shape... in) {
    if (masked && !in[in.length - 1].equals(Shape.of(in[0].dim(1)))) {
      throw new ShapeException(
          op.name()
              + ": visible ("
              + in[0].dim(1)
              + "), one number for each query of "
              + in[0]
              + "; got "
              + in[in.length - 1]);
    }
  }

  private static int[] all(int queries, int keys) {
    int[] visible = new int[queries];
    Arrays.fill(visible, keys);
    return visible;
  }

  /** Chunks (B,Lc,H,D) as one array (B,L,H,D). */
  private static float[] chained(Operand[] in, int first, int count) {
    int size = 0;
    for (int i = first; i < first + count; i++) {
      size += in[i].shape().size();
    }
    float[] all = new float[size];
    int images = in[first].shape().dim(0);
    int to = 0;
    for (int b = 0; b < images; b++) {
      for (int i = first; i < first + count; i++) {
        int run = in[i].shape().size() / images;
        System.arraycopy(in[i].floats(), b * run, all, to, run);
        to += run;
      }
    }
    return all;
  }
}
