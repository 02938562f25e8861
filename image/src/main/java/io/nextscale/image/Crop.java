package io.nextscale.image;

/** Parts and reflections of an image. */
public final class Crop {

  private Crop() {}

  /**
   * The {@code width x height} pixels whose top left corner is ({@code left}, {@code top}): a
   * random crop is this with drawn offsets.
   *
   * @throws IllegalArgumentException when the box leaves the image
   */
  public static RgbImage at(RgbImage image, int left, int top, int width, int height) {
    if (width < 1
        || height < 1
        || left < 0
        || top < 0
        || left > image.width() - width
        || top > image.height() - height) {
      throw new IllegalArgumentException(
          "crop: a box inside "
              + image.width()
              + " x "
              + image.height()
              + "; got "
              + width
              + " x "
              + height
              + " at ("
              + left
              + ", "
              + top
              + ") — resize the image first, or take a smaller box");
    }
    byte[] out = new byte[3 * height * width];
    for (int y = 0; y < height; y++) {
      int from = 3 * ((top + y) * image.width() + left);
      System.arraycopy(image.bytes(), from, out, 3 * y * width, 3 * width);
    }
    return RgbImage.adopt(out, height, width);
  }

  /**
   * The {@code size x size} pixels in the middle. An odd margin {@code m} starts at {@code m / 2}
   * rounded to the even neighbour, as Python rounds: a margin of 1 starts at 0, of 3 at 2.
   *
   * <p>Source: torchvision transforms.functional.center_crop, {@code int(round((h - th) / 2.0))}.
   * torchvision pads an image that is too small with black; here that is refused.
   *
   * @throws IllegalArgumentException when the image is smaller than the crop
   */
  public static RgbImage centre(RgbImage image, int size) {
    int left = before(image.width(), size);
    int top = before(image.height(), size);
    return at(image, left, top, size, size);
  }

  /**
   * How many of {@code length} pixels lie before the {@code size} in the middle; halves to even.
   */
  public static int before(int length, int size) {
    return (int) Math.rint((length - (double) size) / 2);
  }

  /** The mirror image: left and right exchanged. */
  public static RgbImage flipHorizontally(RgbImage image) {
    int w = image.width();
    byte[] in = image.bytes();
    byte[] out = new byte[in.length];
    for (int row = 0; row < in.length; row += 3 * w) {
      for (int x = 0; x < w; x++) {
        System.arraycopy(in, row + 3 * x, out, row + 3 * (w - 1 - x), 3);
      }
    }
    return RgbImage.adopt(out, image.height(), w);
  }
}
