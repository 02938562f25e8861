package io.nextscale.data;

import io.nextscale.image.Crop;
import io.nextscale.image.Resample;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.RandomStream;

/**
 * How a picture comes to the size of a model, as in the reference: perhaps mirrored, its shorter
 * edge resized to {@code round(enlargement · size)} with the Lanczos filter, then a square of
 * {@code size} cut out, anywhere in training and in the middle for evaluation.
 *
 * <p>{@link RgbImage#toFloats} of the result is what a model takes, in [-1, 1].
 *
 * <p>Source: FoundationVision/VAR utils/data.py, build_dataset; enlargement is {@code mid_reso}.
 *
 * @param size the side of the result in pixels
 * @param enlargement how much larger than the result a picture is before it is cropped, 1 to 16
 * @param randomCrop whether the square is drawn at random; otherwise it is in the middle
 * @param flip whether half of the pictures are mirrored
 */
public record Preprocess(int size, double enlargement, boolean randomCrop, boolean flip) {

  /** The reference's {@code mid_reso}. */
  public static final double ENLARGEMENT = 1.125;

  private static final int MOST = 16;

  /** Checks the ranges. */
  public Preprocess {
    if (size < 1 || size > RgbImage.MAX_SIDE / MOST || !(enlargement >= 1 && enlargement <= MOST)) {
      throw new IllegalArgumentException(
          "preprocess: a size of 1 to "
              + RgbImage.MAX_SIDE / MOST
              + " and an enlargement of 1 to "
              + MOST
              + "; got "
              + size
              + " and "
              + enlargement);
    }
  }

  /** The reference's way in training: enlarged by 1.125, a random crop, no mirroring. */
  public static Preprocess training(int size) {
    return new Preprocess(size, ENLARGEMENT, true, false);
  }

  /** The reference's way in evaluation: enlarged by 1.125, the middle. */
  public static Preprocess evaluation(int size) {
    return new Preprocess(size, ENLARGEMENT, false, false);
  }

  /** The largest square in the middle, resized: pictures of this size stay as they are. */
  public static Preprocess exact(int size) {
    return new Preprocess(size, 1, false, false);
  }

  /** The same, with half of the pictures mirrored. */
  public Preprocess withFlip() {
    return new Preprocess(size, enlargement, randomCrop, true);
  }

  /** Whether nothing is left to chance. */
  public boolean deterministic() {
    return !randomCrop && !flip;
  }

  /**
   * The picture at the size of the model.
   *
   * @param random decides on mirroring and place
   * @return {@code size x size} pixels
   * @throws IllegalArgumentException when the longer edge would leave the range of an image
   */
  public RgbImage apply(RgbImage image, RandomStream random) {
    RgbImage turned = flip && random.nextFloat() < 0.5f ? Crop.flipHorizontally(image) : image;
    int edge = (int) Math.rint(enlargement * size); // Python's round: halves to even
    RgbImage resized = Resample.shorterEdge(turned, edge, Resample.Filter.LANCZOS);
    if (!randomCrop) {
      return Crop.centre(resized, size);
    }
    int top = random.nextInt(resized.height() - size + 1);
    int left = random.nextInt(resized.width() - size + 1);
    return Crop.at(resized, left, top, size, size);
  }

  /** For example {@code 256 pixels of 288, random crop, flip}. */
  @Override
  public String toString() {
    return size
        + " pixels of "
        + (int) Math.rint(enlargement * size)
        + (randomCrop ? ", random crop" : ", centre crop")
        + (flip ? ", flip" : "");
  }
}
