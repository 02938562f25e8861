package io.nextscale.image;

import java.util.List;

/**
 * Several images on one sheet, row by row from the top left, with a black margin of {@code padding}
 * pixels around and between them. A cell is as large as the largest image; smaller ones are
 * centred.
 */
public final class Grid {

  private Grid() {}

  /**
   * The contact sheet with at most {@code columns} images in a row.
   *
   * @throws IllegalArgumentException without images, with fewer than one column, negative padding,
   *     or when the sheet would leave {@link RgbImage}'s range
   */
  public static RgbImage of(List<RgbImage> images, int columns, int padding) {
    if (images.isEmpty() || columns < 1 || padding < 0) {
      throw new IllegalArgumentException(
          "grid: at least one image, at least one column and no negative padding; got "
              + images.size()
              + " images, "
              + columns
              + " columns, padding "
              + padding
              + " — pass the images to show");
    }
    int across = Math.min(columns, images.size());
    int down = (images.size() + across - 1) / across;
    int cellWidth = images.stream().mapToInt(RgbImage::width).max().orElseThrow();
    int cellHeight = images.stream().mapToInt(RgbImage::height).max().orElseThrow();
    long width = across * ((long) cellWidth + padding) + padding;
    long height = down * ((long) cellHeight + padding) + padding;
    RgbImage.checkExtents("grid of " + images.size() + " images", width, height);
    byte[] sheet = new byte[(int) (3 * height * width)]; // (h,w,3); zeros are black
    for (int i = 0; i < images.size(); i++) {
      RgbImage image = images.get(i);
      int left = padding + i % across * (cellWidth + padding) + (cellWidth - image.width()) / 2;
      int top = padding + i / across * (cellHeight + padding) + (cellHeight - image.height()) / 2;
      paste(image, sheet, (int) width, left, top);
    }
    return RgbImage.adopt(sheet, (int) height, (int) width);
  }

  /** All images in one row. */
  public static RgbImage strip(List<RgbImage> images, int padding) {
    return of(images, Math.max(images.size(), 1), padding);
  }

  private static void paste(RgbImage image, byte[] sheet, int width, int left, int top) {
    int rowBytes = 3 * image.width();
    for (int y = 0; y < image.height(); y++) {
      int to = 3 * ((top + y) * width + left);
      System.arraycopy(image.bytes(), y * rowBytes, sheet, to, rowBytes);
    }
  }
}
