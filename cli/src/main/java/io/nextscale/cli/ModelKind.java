package io.nextscale.cli;

import io.nextscale.baselines.diffusion.DitMetadata;
import io.nextscale.baselines.raster.RasterOrder;
import io.nextscale.tensor.io.TensorFile;

/** The kinds of models that make pictures, as headers of files tell them. */
enum ModelKind {
  /** Next-scale prediction; published files, which have no header, too. */
  NEXT_SCALE("next-scale transformer"),
  /** Diffusion, of {@code train dit}. */
  DIFFUSION("diffusion transformer"),
  /** Next-token prediction, of {@code train raster}. */
  RASTER("raster-order transformer");

  private final String words;

  ModelKind(String words) {
    this.words = words;
  }

  /** A few words. */
  String words() {
    return words;
  }

  /** What a file holds, if it holds a model. */
  static ModelKind of(TensorFile file) {
    return DitMetadata.in(file) ? DIFFUSION : RasterOrder.in(file) ? RASTER : NEXT_SCALE;
  }
}
