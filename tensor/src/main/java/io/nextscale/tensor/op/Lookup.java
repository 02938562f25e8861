package io.nextscale.tensor.op;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Operand;
import org.jspecify.annotations.Nullable;

/** From indices to rows of a table, and from vectors back to the index of a row. */
public sealed interface Lookup extends Op {

  /** What makes a codebook vector the nearest one. */
  enum Metric {
    /** The smallest distance ‖z − e‖². */
    EUCLIDEAN,
    /** The largest cosine of the angle between z and e. */
    COSINE
  }

  /**
   * Rows of a table, an embedding: {@code y[…,c] = table[index[…],c]}.
   *
   * <p>Shapes: table (V,C) in any real storage, index I32 (…) with values 0 .. V−1, y (…,C).
   */
  record Rows() implements Lookup {
    @Override
    public Shape shape(Shape... in) {
      arity(2, in);
      if (in[0].rank() != 2) {
        throw Operands.unexpected(
            this, "table (V, C), indices (…)", "the table comes first and has two axes", in);
      }
      return in[1].append(in[0].dim(1));
    }

    @Override
    public DType type(DType... in) {
      Operands.real(this, 0, in[0]);
      Operands.i32(this, 1, in[1]);
      return DType.F32;
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] table = in[0].floats();
      int[] index = in[1].ints();
      int c = in[0].shape().dim(1);
      requireIndices(this, index, in[0].shape().dim(0));
      for (int i = 0; i < index.length; i++) {
        System.arraycopy(table, index[i] * c, out.floats(), i * c, c);
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      int rows = in[0].shape().dim(0);
      return Op.gradients(Tensor.apply(new RowsGrad(rows), in[1], dy), null);
    }
  }

  /**
   * The gradient of {@link Rows} by the table, from (index, dy): {@code dtable[v] = Σ_{i: index_i =
   * v} dy[i]}.
   *
   * <p>Shapes: index I32 (…), dy (…,C), dtable (rows,C).
   *
   * @param rows the number of rows of the table
   */
  record RowsGrad(int rows) implements Lookup {
    @Override
    public Shape shape(Shape... in) {
      arity(2, in);
      if (in[1].rank() == 0 || !in[1].dropLast(1).equals(in[0])) {
        throw Operands.unexpected(
            this, "indices (…), dy (…, C)", "dy has one row for each index", in);
      }
      return Shape.of(rows, in[1].dim(-1));
    }

    @Override
    public DType type(DType... in) {
      return Operands.withIndices(this, 0, in);
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      int[] index = in[0].ints();
      float[] dy = in[1].floats();
      int c = out.shape().dim(1);
      requireIndices(this, index, rows);
      double[] sums = new double[out.shape().size()];
      for (int i = 0; i < dy.length; i++) {
        sums[index[i / c] * c + i % c] += dy[i];
      }
      float[] table = out.floats();
      for (int i = 0; i < table.length; i++) {
        table[i] = (float) sums[i];
      }
    }

    /** The sum is linear in dy, and its transpose is the lookup. */
    @Override
    public @Nullable Tensor[] backward(Tensor g, Tensor table, Tensor... in) {
      return Op.gradients(null, Tensor.apply(new Rows(), g, in[0]));
    }
  }

  /**
   * The index of the nearest row of a codebook for each vector, the first on ties.
   *
   * <p>EUCLIDEAN: {@code argmin_v (Σ z² + Σ e_v²) − 2 Σ z·e_v}. COSINE: {@code argmax_v ẑ·ê_v} with
   * ẑ and ê of unit length, {@code x / max(‖x‖₂, 1e-12)}. Both in 32-bit floats; sums of products
   * run over the channels in order with fused multiply-add, because rounding decides between nearly
   * equal codes and so belongs to the meaning.
   *
   * <p>Shapes: z (…,C), codebook (V,C) with V at least 1, result I32 (…). No gradient.
   *
   * <p>Source: FoundationVision/VAR models/quant.py, VectorQuantizer2.f_to_idxBl_or_fhat @78b9539.
   */
  record NearestCode(Metric metric) implements Lookup {

    /** Below this length a vector is not made longer. */
    public static final float COSINE_EPS = 1e-12f;

    @Override
    public Shape shape(Shape... in) {
      arity(2, in);
      Shape z = in[0];
      Shape codebook = in[1];
      boolean fits = z.rank() >= 1 && codebook.rank() == 2 && codebook.dim(0) >= 1;
      if (!fits || codebook.dim(1) != z.dim(-1)) {
        throw Operands.unexpected(
            this,
            "z (…, C), codebook (V, C) of at least one row",
            "vectors and codes have the same number of channels, on the last axis",
            in);
      }
      return z.dropLast(1);
    }

    @Override
    public DType type(DType... in) {
      Lookup.super.type(in);
      return DType.I32;
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      int c = in[1].shape().dim(1);
      float[] z = in[0].floats();
      float[] e = in[1].floats();
      int[] nearest = out.ints();
      if (metric == Metric.COSINE) {
        z = unitRows(z, c);
        e = unitRows(e, c);
      }
      for (int i = 0; i < nearest.length; i++) {
        float best = Float.POSITIVE_INFINITY;
        nearest[i] = 0;
        for (int v = 0; v < in[1].shape().dim(0); v++) {
          float product = product(z, i * c, e, v * c, c);
          float distance =
              switch (metric) {
                case EUCLIDEAN ->
                    product(z, i * c, z, i * c, c) + product(e, v * c, e, v * c, c) - 2 * product;
                case COSINE -> -product;
              };
          if (distance < best) {
            best = distance;
            nearest[i] = v;
          }
        }
      }
    }

    private static float product(float[] x, int o, float[] y, int p, int c) {
      float sum = 0;
      for (int i = 0; i < c; i++) {
        sum = Math.fma(x[o + i], y[p + i], sum);
      }
      return sum;
    }

    private static float[] unitRows(float[] x, int c) {
      float[] y = new float[x.length];
      for (int i = 0; i < y.length; i++) {
        int o = i / c * c;
        y[i] = x[i] / Math.max((float) Math.sqrt(product(x, o, x, o, c)), COSINE_EPS);
      }
      return y;
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
   * The index of the largest element over the last axis, the first on ties; NaN is never the
   * largest.
   *
   * <p>Shapes: x (…,V) with V at least 1, result I32 (…). No gradient.
   */
  record ArgMax() implements Lookup {
    @Override
    public Shape shape(Shape... in) {
      Shape x = Operands.rows(this, in);
      if (x.dim(-1) == 0) {
        throw Operands.unexpected(this, "rows of at least one element", "nothing is largest", in);
      }
      return x.dropLast(1);
    }

    @Override
    public DType type(DType... in) {
      Lookup.super.type(in);
      return DType.I32;
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      float[] x = in[0].floats();
      int[] largest = out.ints();
      int v = in[0].shape().dim(-1);
      for (int row = 0; row < largest.length; row++) {
        float best = Float.NEGATIVE_INFINITY;
        largest[row] = 0;
        for (int i = 0; i < v; i++) {
          if (x[row * v + i] > best) {
            best = x[row * v + i];
            largest[row] = i;
          }
        }
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      return Op.gradients((Tensor) null);
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  /**
   * Checks indices.
   *
   * @param extent how many rows, classes or codes there are
   * @throws IndexOutOfBoundsException naming the first index outside of 0 .. extent−1 and its
   *     position
   */
  static void requireIndices(Op op, int[] indices, int extent) {
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] < 0 || indices[i] >= extent) {
        throw new IndexOutOfBoundsException(
            op.name()
                + ": indices in 0 .. "
                + (extent - 1)
                + "; got "
                + indices[i]
                + " at position "
                + i
                + " — there are "
                + extent
                + " rows");
      }
    }
  }
}
