package io.nextscale.shapes;

/**
 * A thing that the checker found in a picture.
 *
 * @param form the outline that fits best
 * @param colour its colour
 * @param x the middle of its bounding box, in pixels from the left edge
 * @param y the middle of its bounding box, in pixels from the top edge
 * @param halfWidth half the larger side of its bounding box, in pixels
 * @param fit how well the outline fits: intersection over union, 0 to 1
 */
public record Sighting(Form form, Colour colour, double x, double y, double halfWidth, double fit) {

  /** The size that the half-width stands for. */
  public Size size() {
    return Size.of(halfWidth);
  }
}
