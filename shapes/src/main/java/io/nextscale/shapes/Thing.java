package io.nextscale.shapes;

/**
 * A solid object.
 *
 * @param form its outline
 * @param colour its colour
 * @param x the centre, in pixels from the left edge
 * @param y the centre, in pixels from the top edge
 * @param halfWidth half the side of its bounding box, in pixels
 */
public record Thing(Form form, Colour colour, float x, float y, float halfWidth) {

  /** Pixels between things at least. */
  private static final float GAP = 2;

  /** The size that the half-width stands for. */
  public Size size() {
    return Size.of(halfWidth);
  }

  /** The same thing with its centre elsewhere. */
  public Thing at(float newX, float newY) {
    return new Thing(form, colour, newX, newY, halfWidth);
  }

  /** Whether the bounding boxes of two things leave the gap that scenes leave. */
  public boolean clearOf(Thing other) {
    float reach = halfWidth + other.halfWidth + GAP;
    return Math.abs(x - other.x) >= reach || Math.abs(y - other.y) >= reach;
  }

  /** Whether a point of the canvas is covered. */
  boolean covers(double px, double py) {
    return form.covers((px - x) / halfWidth, (py - y) / halfWidth);
  }
}
