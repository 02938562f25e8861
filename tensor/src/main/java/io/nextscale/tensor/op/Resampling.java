package io.nextscale.tensor.op;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Operand;
import org.jspecify.annotations.Nullable;

/**
 * Maps of another size: each output cell is a weighted mean of input cells, the same for all
 * channels.
 */
public sealed interface Resampling extends Op {

  /**
   * Which input cells an output cell is made of. With n input and m output cells on an axis, {@code
   * s = n/m} and output cell i:
   */
  enum Mode {
    /** Cell {@code ⌊i·s⌋}. */
    NEAREST,
    /** The mean of cells {@code ⌊i·s⌋} to {@code ⌈(i+1)·s⌉ − 1}, also when enlarging. */
    AREA,
    /**
     * The two cells around {@code r = max(s·(i + ½) − ½, 0)}, by distance; the last cell repeats.
     */
    BILINEAR,
    /**
     * The four cells around {@code r = s·(i + ½) − ½} with Keys' cubic kernel for {@code a = −¾};
     * the first and the last cell repeat.
     */
    BICUBIC
  }

  /**
   * A map resized: {@code y[i,j] = Σ_{p,q} W_h[i,p] W_w[j,q] x[p,q]} with the rows of W given by
   * the mode. Shrinking does not widen the kernels of BILINEAR and BICUBIC (no antialiasing); AREA
   * does.
   *
   * <p>Shapes: x (B,h,w,C), y (B,height,width,C).
   *
   * <p>Source: torch.nn.functional.interpolate with align_corners=False, which the multi-scale
   * quantizer uses (FoundationVision/VAR models/quant.py @78b9539). As there, the positions r of
   * BILINEAR and BICUBIC are computed in 32-bit floats.
   *
   * @see <a href="https://doi.org/10.1109/TASSP.1981.1163711">Keys 1981</a>
   */
  record Resize(Mode mode, int height, int width) implements Resampling {
    public Resize {
      requireSize("resize", height, width);
    }

    @Override
    public Shape shape(Shape... in) {
      Shape x = map(this, in);
      return Shape.of(x.dim(0), height, width, x.dim(3));
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      Shape from = in[0].shape();
      float[] x = in[0].floats();
      float[] y = out.floats();
      int c = from.dim(3);
      ResamplingWeights rows = ResamplingWeights.of(mode, from.dim(1), height);
      ResamplingWeights columns = ResamplingWeights.of(mode, from.dim(2), width);
      for (int at = 0; at < y.length; at++) {
        int cell = at / c;
        int b = cell / (height * width);
        int i = cell / width % height;
        int j = cell % width;
        double sum = 0;
        for (int p = rows.from(i); p < rows.to(i); p++) {
          for (int q = columns.from(j); q < columns.to(j); q++) {
            int source = (b * from.dim(1) + p) * from.dim(2) + q;
            sum += rows.weight(i, p) * columns.weight(j, q) * x[source * c + at % c];
          }
        }
        y[at] = (float) sum;
      }
    }

    @Override
    public @Nullable Tensor[] backward(Tensor dy, Tensor y, Tensor... in) {
      Shape x = in[0].shape();
      return Op.gradients(Tensor.apply(new ResizeGrad(mode, x.dim(1), x.dim(2)), dy));
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  /**
   * The gradient of {@link Resize} from dy, its transposed map: {@code dx[p,q] = Σ_{i,j} W_h[i,p]
   * W_w[j,q] dy[i,j]}.
   *
   * <p>Shapes: dy (B,h',w',C), dx (B,height,width,C).
   *
   * @param height the height of the map that was resized
   * @param width its width
   */
  record ResizeGrad(Mode mode, int height, int width) implements Resampling {
    public ResizeGrad {
      requireSize("resizeGrad", height, width);
    }

    @Override
    public Shape shape(Shape... in) {
      Shape dy = map(this, in);
      return Shape.of(dy.dim(0), height, width, dy.dim(3));
    }

    @Override
    public void reference(Operand[] in, Operand out) {
      Shape to = in[0].shape();
      float[] dy = in[0].floats();
      float[] dx = out.floats();
      int c = to.dim(3);
      ResamplingWeights rows = ResamplingWeights.of(mode, height, to.dim(1));
      ResamplingWeights columns = ResamplingWeights.of(mode, width, to.dim(2));
      double[] sums = new double[dx.length];
      for (int at = 0; at < dy.length; at++) {
        int cell = at / c;
        int b = cell / (to.dim(1) * to.dim(2));
        int i = cell / to.dim(2) % to.dim(1);
        int j = cell % to.dim(2);
        for (int p = rows.from(i); p < rows.to(i); p++) {
          for (int q = columns.from(j); q < columns.to(j); q++) {
            int source = (b * height + p) * width + q;
            sums[source * c + at % c] += rows.weight(i, p) * columns.weight(j, q) * dy[at];
          }
        }
      }
      for (int i = 0; i < dx.length; i++) {
        dx[i] = (float) sums[i];
      }
    }

    /** The transpose of the transpose. */
    @Override
    public @Nullable Tensor[] backward(Tensor g, Tensor dx, Tensor... in) {
      Shape dy = in[0].shape();
      return Op.gradients(Tensor.apply(new Resize(mode, dy.dim(1), dy.dim(2)), g));
    }

    @Override
    public Saved saves() {
      return Saved.NOTHING;
    }
  }

  private static Shape map(Op op, Shape... in) {
    op.arity(1, in);
    if (in[0].rank() != 4 || in[0].dim(1) == 0 || in[0].dim(2) == 0) {
      throw Operands.unexpected(
          op, "a map (B, h, w, C) of at least one cell", "maps are channels last", in);
    }
    return in[0];
  }

  private static void requireSize(String op, int height, int width) {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          op + ": a size of at least 1×1; got " + height + "×" + width);
    }
  }
}
