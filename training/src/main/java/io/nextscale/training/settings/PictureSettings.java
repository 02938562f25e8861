package io.nextscale.training.settings;

import io.nextscale.data.Preprocess;

/**
 * How pictures come to the size of a model, and how many are kept out of training.
 *
 * @param size the side in pixels
 * @param enlargement how much larger than the size a picture is before it is cropped
 * @param crop whether the square is drawn at random in training
 * @param flip whether half of the pictures are mirrored in training
 * @param validation pictures to measure on
 */
public record PictureSettings(
    @Setting("Side of the pictures in pixels.") int size,
    @Setting("How much larger a picture is before a square is cut out of it, 1 to 16.")
        double enlargement,
    @Setting("Cut the square out anywhere in training, not in the middle.") boolean crop,
    @Setting("Mirror half of the pictures in training.") boolean flip,
    @Setting("Pictures kept out of training to measure on, at most a tenth of all; 0: none.")
        int validation) {

  /** Checks the ranges. */
  public PictureSettings {
    if (validation < 0) {
      throw new IllegalArgumentException(
          "--validation: at least 0 pictures; got " + validation + " — 0 measures nothing");
    }
  }

  /** Pictures that have the size already. */
  static PictureSettings exactly(int size, int validation) {
    return new PictureSettings(size, 1, false, false, validation);
  }

  /** The way of a picture in training. */
  public Preprocess training() {
    return new Preprocess(size, enlargement, crop, flip);
  }

  /** The way of a picture in evaluation: nothing is left to chance. */
  public Preprocess evaluation() {
    return new Preprocess(size, enlargement, false, false);
  }
}
