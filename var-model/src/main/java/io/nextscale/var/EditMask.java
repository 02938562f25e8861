package io.nextscale.var;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Resampling.Mode;
import io.nextscale.vqvae.Scales;
import java.util.Arrays;

/**
 * Which part of an image an edit keeps: 1 keep, 0 repaint, on the grid of the finest scale.
 *
 * <p>Source: FoundationVision/VAR demo_zero_shot_edit.ipynb, get_edit_mask @78b9539.
 */
public final class EditMask {

  /** Grids of this many tokens or fewer are always kept: the 1×1 grid holds the overall colour. */
  private static final int ALWAYS_KEPT = 3;

  private final Scales.Size size;
  private final float[] keep;

  private EditMask(Scales.Size size, float[] keep) {
    this.size = size;
    this.keep = keep;
  }

  /**
   * Repaints a box and keeps what is around it: in-painting. Positions are fractions of height and
   * width, rounded to cells, halves to even ones.
   *
   * @param map the finest grid
   */
  public static EditMask repaintBox(
      Scales.Size map, double top, double left, double bottom, double right) {
    EditMask box = keepBox(map, top, left, bottom, right);
    float[] keep = new float[box.keep.length];
    for (int i = 0; i < keep.length; i++) {
      keep[i] = 1 - box.keep[i];
    }
    return new EditMask(map, keep);
  }

  /** Keeps a box and repaints what is around it: out-painting. */
  public static EditMask keepBox(
      Scales.Size map, double top, double left, double bottom, double right) {
    boolean inside =
        0 <= top && top <= bottom && bottom <= 1 && 0 <= left && left <= right && right <= 1;
    if (!inside) {
      throw new IllegalArgumentException(
          "mask: 0 <= top <= bottom <= 1 and 0 <= left <= right <= 1; got top "
              + top
              + ", left "
              + left
              + ", bottom "
              + bottom
              + ", right "
              + right);
    }
    float[] keep = new float[map.tokens()];
    int from = (int) Math.rint(left * map.width());
    int to = (int) Math.rint(right * map.width());
    for (int y = (int) Math.rint(top * map.height()); y < Math.rint(bottom * map.height()); y++) {
      Arrays.fill(keep, y * map.width() + from, y * map.width() + to, 1);
    }
    return new EditMask(map, keep);
  }

  /**
   * A mask of any size, averaged over the cells of the finest grid.
   *
   * @param map the finest grid
   * @param height rows of the mask
   * @param width columns of the mask
   * @param keep row by row, 0 .. 1
   */
  public static EditMask of(Scales.Size map, int height, int width, float... keep) {
    if (height < 1 || width < 1 || keep.length != height * width) {
      throw new IllegalArgumentException(
          "mask: one number per cell; got " + keep.length + " for " + height + "x" + width);
    }
    for (float k : keep) {
      if (!(k >= 0 && k <= 1)) {
        throw new IllegalArgumentException("mask: numbers from 0 to 1; got " + k);
      }
    }
    Tensor whole = Tensor.of(Shape.of(1, height, width, 1), keep.clone());
    return new EditMask(map, whole.resize(Mode.AREA, map.height(), map.width()).toArray());
  }

  /** The finest grid. */
  public Scales.Size size() {
    return size;
  }

  /** The mask on the finest grid, row by row, a copy. */
  public float[] values() {
    return keep.clone();
  }

  /**
   * The cells of a coarser grid that are kept: where the mask, interpolated bilinearly, is above
   * one half.
   *
   * @return (1,p,p,1), 1 or 0
   */
  public Tensor at(Scales.Size grid) {
    Shape shape = Shape.of(1, grid.height(), grid.width(), 1);
    if (grid.tokens() <= ALWAYS_KEPT) {
      return Tensor.ones(shape);
    }
    Tensor map = Tensor.of(Shape.of(1, size.height(), size.width(), 1), keep);
    float[] cells = map.resize(Mode.BILINEAR, grid.height(), grid.width()).toArray();
    for (int i = 0; i < cells.length; i++) {
      cells[i] = cells[i] > 0.5f ? 1 : 0;
    }
    return Tensor.of(shape, cells);
  }
}
