package io.nextscale.tensor.op;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Operand;
import org.jspecify.annotations.Nullable;

/** How far predictions are from their targets. */
public sealed interface Loss extends Op {

  /**
   * Cross-entropy with smoothed labels, one value per row: {@code y = log Σ_v exp x_v − (1 − s) x_t
   * − s · mean_v x_v}, that is {@code (1 − s)(−log p_t) + s · mean_v(−log p_v)} with {@code p =
   * softmax(x)}.
   *
   * <p>Shapes: logits x (…,V), targets t I32 (…) with values 0 .. V−1, y (…).
   *
   * @param smoothing s, the share of a target's weight that is spread evenly over all classes, 0 ..
   *     1
   * @see <a href="https://arxiv.org/abs/1512.00567">Szegedy et al. 2015, section 7</a>
   */
  record CrossEntropy(float smoothing) implements Loss {
    public CrossEntropy {
      requireShare("crossEntropy", smoothing);
    }

    @Override
    public Shape shape(Shape... in) {
      arity(2, in);
      return targets(this, "logits (…, V), targets (…)", in);
    }

    @Override
    public DType type(DType... in) {
      return Operands.withIndices(this, 1, in);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      int[] targets = in[1].ints();
      float[] y = out.floats();
      int v = in[0].shape().dim(-1);
      Lookup.requireIndices(this, targets, v);
      for (int row = 0; row < y.length; row++) {
        int o = row * v;
        double logSum = RowSums.logSumExp(x, o, v);
        double loss = (1 - (double) smoothing) * (logSum - x[o + targets[row]]);
        if (smoothing != 0) { // a logit of −∞ only counts where labels are smoothed
          loss += smoothing * (logSum - RowSums.mean(x, o, v));
        }
        y[row] = (float) loss;
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(Tensor.apply(new CrossEntropyGrad(smoothing), in[0], in[1], dy), null);
    }
  }

  /**
   * The gradient of {@link CrossEntropy} by the logits, from (logits, targets, dy): {@code dx_v =
   * dy · (p_v − (1 − s)[v = t] − s/V)} with {@code p = softmax(x)}.
   *
   * <p>Shapes: logits (…,V), targets I32 (…), dy (…), dx (…,V).
   */
  record CrossEntropyGrad(float smoothing) implements Loss {
    public CrossEntropyGrad {
      requireShare("crossEntropyGrad", smoothing);
    }

    @Override
    public Shape shape(Shape... in) {
      arity(3, in);
      targets(this, "logits (…, V), targets (…), dy (…)", in);
      return in[0];
    }

    @Override
    public DType type(DType... in) {
      return Operands.withIndices(this, 1, in);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      int[] targets = in[1].ints();
      float[] dy = in[2].floats();
      float[] dx = out.floats();
      int v = out.shape().dim(-1);
      Lookup.requireIndices(this, targets, v);
      for (int row = 0; row < targets.length; row++) {
        int o = row * v;
        double logSum = RowSums.logSumExp(x, o, v);
        for (int i = 0; i < v; i++) {
          double target = (i == targets[row] ? 1 - (double) smoothing : 0) + (double) smoothing / v;
          dx[o + i] = (float) (dy[row] * (StrictMath.exp(x[o + i] - logSum) - target));
        }
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      throw Operands.firstDerivativeOnly(this);
    }
  }

  private static Shape targets(Op op, String expected, Shape... in) {
    boolean fits = in[0].rank() >= 1 && in[0].dim(-1) >= 1;
    for (int i = 1; fits && i < in.length; i++) {
      fits = in[i].equals(in[0].dropLast(1));
    }
    if (!fits) {
      throw Operands.unexpected(
          op, expected, "each row of at least one logit has one target, an index", in);
    }
    return in[1];
  }

  private static void requireShare(String op, float smoothing) {
    if (!(smoothing >= 0 && smoothing <= 1)) {
      throw new IllegalArgumentException(
          op + ": a smoothing of 0 to 1; got " + smoothing + " — 0 is none, 0.1 is usual");
    }
  }
}
