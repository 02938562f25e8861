package io.nextscale.tensor.op;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Operand;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** From logits to a token: what may be drawn, and the draw. */
public sealed interface Sampling extends Op {

  /**
   * Logits with the unlikely ones set to −∞, row by row.
   *
   * <ol>
   *   <li>k above 0: logits below the k-th largest are removed; those equal to it stay, so that
   *       more than k may remain.
   *   <li>p above 0: with q the softmax of what is left, logits are removed from the smallest
   *       upwards as long as the sum of their q is at most 1 − p; the largest stays. Of equal
   *       logits the first is removed first.
   * </ol>
   *
   * <p>Shapes: x (…,V) with V at least 1, y (…,V). The gradient passes where a logit is kept.
   *
   * <p>Source: FoundationVision/VAR models/helpers.py, sample_with_top_k_top_p_ @78b9539.
   *
   * @param k 0 switches the first step off
   * @param p 0 switches the second step off
   * @see <a href="https://arxiv.org/abs/1904.09751">Holtzman et al. 2019, nucleus sampling</a>
   */
  record TopKTopP(int k, float p) implements Sampling {
    public TopKTopP {
      if (k < 0) {
        throw new IllegalArgumentException(
            "topKTopP: k of at least 0; got " + k + " — 0 keeps all");
      }
      if (!(p >= 0 && p <= 1)) {
        throw new IllegalArgumentException("topKTopP: p of 0 to 1; got " + p + " — 0 keeps all");
      }
    }

    @Override
    public Shape shape(Shape... in) {
      return logits(this, Operands.rows(this, in));
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      int v = out.shape().dim(-1);
      for (int o = 0; o < x.length; o += v) {
        float[] row = Arrays.copyOfRange(x, o, o + v);
        if (k > 0 && k < v) {
          keepLargest(row);
        }
        if (p > 0) {
          keepNucleus(row);
        }
        System.arraycopy(row, 0, out.floats(), o, v);
      }
    }

    private void keepLargest(float[] row) {
      float[] ascending = row.clone();
      Arrays.sort(ascending);
      float threshold = ascending[row.length - k];
      for (int i = 0; i < row.length; i++) {
        if (row[i] < threshold) {
          row[i] = Float.NEGATIVE_INFINITY;
        }
      }
    }

    private void keepNucleus(float[] row) {
      Integer[] ascending = new Integer[row.length];
      Arrays.setAll(ascending, i -> i);
      Arrays.sort(ascending, Comparator.comparing(i -> row[i] + 0f)); // stable; + 0f: −0 equals 0
      double logSum = RowSums.logSumExp(row, 0, row.length);
      double sum = 0;
      for (int i = 0; i < row.length - 1; i++) {
        sum += StrictMath.exp(row[ascending[i]] - logSum);
        if (sum <= 1.0 - p) {
          row[ascending[i]] = Float.NEGATIVE_INFINITY;
        }
      }
    }

    /** Kept logits are finite, removed ones are not. */
    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      Op finite = new Elementwise.Within(-Float.MAX_VALUE, Float.MAX_VALUE);
      return Op.gradients(dy.times(Tensor.apply(finite, y)));
    }

    @Override
    public Saved saves() {
      return Saved.OUTPUT;
    }
  }

  /**
   * One draw per row: {@code argmax_v softmax(x)_v / q_v}, the first on ties. With q independent
   * exponential numbers of mean 1 the index v comes with probability softmax(x)_v: the smallest of
   * exponential waiting times q_v/p_v is the one of v with probability p_v.
   *
   * <p>Shapes: logits x (…,V) with V at least 1, exponentials q (…,V), result I32 (…). A logit of
   * −∞ is never drawn. No gradient.
   *
   * <p>Source: torch.multinomial for one sample.
   */
  record Draw() implements Sampling {
    @Override
    public Shape shape(Shape... in) {
      arity(2, in);
      if (!in[0].equals(in[1]) || in[0].rank() == 0) {
        throw Operands.unexpected(
            this,
            "logits (…, V), exponentials (…, V)",
            "one exponential number for each logit",
            in);
      }
      return logits(this, in[0]).dropLast(1);
    }

    @Override
    public DType type(DType... in) {
      Sampling.super.type(in);
      return DType.I32;
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      float[] q = in[1].floats();
      int[] drawn = out.ints();
      int v = in[0].shape().dim(-1);
      for (int row = 0; row < drawn.length; row++) {
        double max = RowSums.max(x, row * v, v);
        requireDrawable(this, (float) max, row);
        double best = 0;
        drawn[row] = 0;
        for (int i = 0; i < v; i++) {
          double ratio =
              StrictMath.exp(x[row * v + i] - max) / q[row * v + i]; // Σ exp is the same for all
          if (ratio > best) {
            best = ratio;
            drawn[row] = i;
          }
        }
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients(null, null);
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  /**
   * Checks that a row has a softmax.
   *
   * @param max the largest logit of the row, NaN when one of them is
   * @throws IllegalArgumentException when it is not finite
   */
  static void requireDrawable(Op op, float max, int row) {
    if (!Float.isFinite(max)) {
      throw new IllegalArgumentException(
          op.name()
              + ": rows whose largest logit is finite; got "
              + max
              + " in row "
              + row
              + " — the weights may be damaged");
    }
  }

  private static Shape logits(Op op, Shape x) {
    if (x.dim(-1) == 0) {
      throw Operands.unexpected(op, "rows of at least one logit", "there is nothing to draw", x);
    }
    return x;
  }
}
