package io.nextscale.tensor.op;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Operand;
import org.jspecify.annotations.Nullable;

/** Matrix products, plain and with the fused tail of a linear layer. */
public sealed interface MatrixProduct extends Op {

  /**
   * {@code C = A B} with either operand transposed: A (…,M,K), or (…,K,M) transposed; B (…,K,N), or
   * (…,N,K) transposed; C (…,M,N). The leading extents agree, or B has none and is used for all.
   */
  record MatMul(boolean transposeA, boolean transposeB) implements MatrixProduct {

    @Override
    public Shape shape(Shape... in) {
      arity(2, in);
      Shape a = in[0];
      Shape b = in[1];
      if (a.rank() < 2 || b.rank() < 2) {
        throw new ShapeException(name(), "matrices of at least two axes", in);
      }
      if (b.rank() > 2 && !a.dropLast(2).equals(b.dropLast(2))) {
        throw new ShapeException(
            name(), "leading extents to agree, or a second operand of two axes", in);
      }
      int m = a.dim(transposeA ? -1 : -2);
      int k = a.dim(transposeA ? -2 : -1);
      int n = b.dim(transposeB ? -2 : -1);
      if (k != b.dim(transposeB ? -1 : -2)) {
        throw new ShapeException(name(), "inner extents to agree", in);
      }
      return a.dropLast(2).append(m, n);
    }

    @Override
    public double flops(Shape out, Shape... in) {
      return 2.0 * out.size() * in[0].dim(transposeA ? -2 : -1);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] a = in[0].floats();
      float[] b = in[1].floats();
      float[] c = out.floats();
      int m = out.shape().dim(-2);
      int n = out.shape().dim(-1);
      int k = in[0].shape().dim(transposeA ? -2 : -1);
      boolean shared = in[1].shape().rank() == 2;
      for (int batch = 0; batch < out.shape().dropLast(2).size(); batch++) {
        int ao = batch * m * k;
        int bo = shared ? 0 : batch * k * n;
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int p = 0; p < k; p++) {
              sum +=
                  (double) a[ao + (transposeA ? p * m + i : i * k + p)]
                      * b[bo + (transposeB ? j * k + p : p * n + j)];
            }
            c[(batch * m + i) * n + j] = (float) sum;
          }
        }
      }
    }

    /** forward: C = A B, so dA = dC Bᵀ and dB = Aᵀ dC; the transposes move with the flags. */
    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      Tensor a = in[0];
      Tensor b = in[1];
      boolean shared = b.shape().rank() == 2 && a.shape().rank() > 2; // one B for all
      Tensor da =
          transposeA && !shared ? b.matmul(dy, transposeB, true) : dy.matmul(b, false, !transposeB);
      if (shared) {
        if (transposeA) {
          da = da.transpose(-1, -2); // (…,M,K) -> (…,K,M)
          a = a.transpose(-1, -2);
        }
        a = a.reshape(-1, a.shape().dim(-1)); // (…,M,K) -> (…·M,K)
        dy = dy.reshape(-1, dy.shape().dim(-1)); // (…,M,N) -> (…·M,N)
        return Op.gradients(da, transposeB ? dy.matmul(a, true, false) : a.matmul(dy, true, false));
      }
      Tensor db = transposeB ? dy.matmul(a, true, transposeA) : a.matmul(dy, !transposeA, false);
      return Op.gradients(da, db);
    }
  }

  /** What a linear layer applies to its sums. */
  enum Activation {
    /** Nothing. */
    NONE,
    /** {@link Elementwise.Gelu} in the tanh form. */
    GELU,
    /** {@link Elementwise.Silu}. */
    SILU
  }

  /**
   * A linear layer with its tail: {@code y = r + g · f(x Wᵀ + b)}.
   *
   * <p>Operands in this order, those in brackets only when their flag is set: x (…,K), W (N,K), [b
   * (N)], [g, the gate: (B,1,N) for x (B,L,K), one row for all tokens of an image], [r, the
   * residual, (…,N)]; y (…,N). W may be stored in any real type.
   *
   * @param bias whether b is given
   * @param activation f
   * @param gate whether g is given
   * @param residual whether r is given
   */
  record Linear(boolean bias, Activation activation, boolean gate, boolean residual)
      implements MatrixProduct {

    /** The index of the gate among the operands. */
    public int gateIndex() {
      return bias ? 3 : 2;
    }

    /** The index of the residual among the operands. */
    public int residualIndex() {
      return gateIndex() + (gate ? 1 : 0);
    }

    /** The number of operands. */
    public int operands() {
      return residualIndex() + (residual ? 1 : 0);
    }

    @Override
    public Shape shape(Shape... in) {
      arity(operands(), in);
      Shape x = in[0];
      Shape w = in[1];
      if (w.rank() != 2 || x.rank() < 1) {
        throw new ShapeException(name(), "x (…,K) and weight (N,K)", in);
      }
      int n = w.dim(0);
      if (x.dim(-1) != w.dim(1)) {
        throw new ShapeException(
            name()
                + ": inner extents to agree; got x "
                + x
                + ", weight "
                + w
                + ": "
                + x.dim(-1)
                + " != "
                + w.dim(1));
      }
      Shape y = x.with(-1, n);
      if (bias && !in[2].equals(Shape.of(n))) {
        throw new ShapeException(name() + ": bias (" + n + ") for weight " + w + "; got " + in[2]);
      }
      if (gate && !(y.rank() == 3 && in[gateIndex()].equals(y.with(1, 1)))) {
        throw new ShapeException(
            name()
                + ": gate (B, 1, N) for a result (B, L, N); got gate "
                + in[gateIndex()]
                + " for "
                + y);
      }
      if (residual && !in[residualIndex()].equals(y)) {
        throw new ShapeException(name() + ": residual " + y + "; got " + in[residualIndex()]);
      }
      return y;
    }

    @Override
    public DType type(DType... in) {
      DType[] others = in.clone();
      if (in[1].isReal()) {
        others[1] = DType.F32; // weights may be stored small
      }
      return MatrixProduct.super.type(others);
    }

    @Override
    public double flops(Shape out, Shape... in) {
      return 2.0 * out.size() * in[1].dim(1);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      float[] w = in[1].floats();
      float[] y = out.floats();
      int n = in[1].shape().dim(0);
      int k = in[1].shape().dim(1);
      int rows = n == 0 ? 0 : y.length / n;
      int rowsPerGate = gate ? out.shape().dim(1) : 1;
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < n; j++) {
          double sum = bias ? in[2].floats()[j] : 0;
          for (int p = 0; p < k; p++) {
            sum += (double) x[i * k + p] * w[j * k + p];
          }
          double value =
              switch (activation) {
                case NONE -> sum;
                case GELU -> new Elementwise.Gelu(Elementwise.GeluForm.TANH).apply(sum);
                case SILU -> new Elementwise.Silu().apply(sum);
              };
          if (gate) {
            value *= in[gateIndex()].floats()[i / rowsPerGate * n + j];
          }
          if (residual) {
            value += in[residualIndex()].floats()[i * n + j];
          }
          y[i * n + j] = (float) value;
        }
      }
    }

    /**
     * forward: s = x Wᵀ + b, a = f(s), y = r + g a; so dr = dy, dg = Σ_L dy a, da = dy g, ds = da
     * f'(s), dx = ds W, dW = dsᵀ x, db = Σ ds. The sums s are computed again where f or g needs
     * them.
     */
    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return allGradients(dy, y, in);
    }

    @Override
    public @Nullable Tensor[] backward(boolean[] wanted, Tensor dy, Tensor y, Tensor... in) {
      Tensor x = in[0];
      Tensor w = in[1];
      @Nullable Tensor[] gradients = new @Nullable Tensor[in.length];
      if (residual) {
        gradients[residualIndex()] = dy;
      }
      boolean curved = activation != Activation.NONE;
      Tensor s = curved || gate ? x.linear(w, bias ? in[2] : null) : dy;
      Tensor da = dy;
      if (gate) {
        Tensor a =
            switch (activation) {
              case NONE -> s;
              case GELU -> s.gelu();
              case SILU -> s.silu();
            };
        gradients[gateIndex()] = dy.times(a).sum(1); // (B,L,N) -> (B,1,N)
        da = dy.times(in[gateIndex()]);
      }
      Tensor ds =
          switch (activation) {
            case NONE -> da;
            case GELU -> Tensor.apply(new Elementwise.GeluGrad(Elementwise.GeluForm.TANH), s, da);
            case SILU -> Tensor.apply(new Elementwise.SiluGrad(), s, da);
          };
      Tensor dsRows = ds.reshape(-1, w.shape().dim(0)); // (…,N) -> (M,N)
      if (wanted[0]) {
        gradients[0] = dsRows.matmul(w.to(DType.F32), false, false).reshape(x.shape());
      }
      if (wanted[1]) {
        gradients[1] = dsRows.matmul(x.reshape(-1, w.shape().dim(1)), true, false); // (N,K)
      }
      if (bias && wanted[2]) {
        gradients[2] = dsRows.sum(0).reshape(w.shape().dim(0));
      }
      return gradients;
    }
  }

  /**
   * The end of the tail of {@link Linear} by itself: {@code y = r + g · a}.
   *
   * <p>Shapes: a (B,L,N), the gate g (B,1,N), the residual r and y (B,L,N).
   */
  record Gated() implements MatrixProduct {

    @Override
    public Shape shape(Shape... in) {
      arity(3, in);
      Shape a = in[0];
      if (a.rank() != 3 || !in[1].equals(a.with(1, 1)) || !in[2].equals(a)) {
        throw new ShapeException(name(), "a (B, L, N), gate (B, 1, N), residual (B, L, N)", in);
      }
      return a;
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] a = in[0].floats();
      float[] gate = in[1].floats();
      float[] residual = in[2].floats();
      float[] y = out.floats();
      int n = out.shape().dim(2);
      int image = out.shape().dim(1) * n;
      for (int i = 0; i < y.length; i++) {
        y[i] = (float) ((double) gate[i / image * n + i % n] * a[i] + residual[i]);
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      Tensor gate = dy.times(in[0]).sum(1); // (B,L,N) -> (B,1,N)
      return Op.gradients(dy.times(in[1]), gate, dy);
    }
  }
}
