package io.nextscale.baselines.diffusion;

import io.nextscale.tensor.Tensor;

/** Where pictures are diffused: maps that stand for them, of about unit variance. */
public interface PictureSpace {

  /** The side of a map, positions. */
  int side();

  /** The channels of a map, C. */
  int channels();

  /** What the numbers of a map stay within, ±limit. */
  double limit();

  /** The maps of pictures: (B,n,n,3) in [-1, 1] to (B,side,side,C). */
  Tensor encode(Tensor images);

  /** The pictures of maps, in [-1, 1]. */
  Tensor decode(Tensor maps);

  /**
   * The pictures themselves.
   *
   * @param side in pixels
   */
  record Pixels(int side) implements PictureSpace {

    @Override
    public int channels() {
      return 3;
    }

    @Override
    public double limit() {
      return 1;
    }

    @Override
    public Tensor encode(Tensor images) {
      return images;
    }

    @Override
    public Tensor decode(Tensor maps) {
      return maps.clamp(-1, 1);
    }
  }
}
