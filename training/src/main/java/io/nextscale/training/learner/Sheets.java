package io.nextscale.training.learner;

import io.nextscale.image.Grid;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Pictures on a sheet. */
final class Sheets {

  static final int COLUMNS = 8;
  private static final int PADDING = 2;

  private Sheets() {}

  /** The images of a batch (B,h,w,3) in [-1, 1]. */
  static List<RgbImage> pictures(Tensor images) {
    int rows = images.shape().dim(1);
    int columns = images.shape().dim(2);
    float[] values = images.toArray();
    List<RgbImage> pictures = new ArrayList<>();
    for (int i = 0; i < images.shape().dim(0); i++) {
      pictures.add(RgbImage.fromFloats(values, i * rows * columns * 3, rows, columns));
    }
    return pictures;
  }

  /** Row by row. */
  static RgbImage of(List<RgbImage> pictures) {
    return Grid.of(pictures, COLUMNS, PADDING);
  }

  /** Pairs side by side: an original and what became of it. */
  static RgbImage pairs(List<RgbImage> originals, List<RgbImage> made) {
    List<RgbImage> all = new ArrayList<>();
    for (int i = 0; i < originals.size(); i++) {
      all.add(originals.get(i));
      all.add(made.get(i));
    }
    return of(all);
  }
}
