package io.nextscale.shapes;

import java.util.Locale;

/** How large a thing is. */
public enum Size {
  /** Half-width 5.5 pixels. */
  SMALL(5.5f),
  /** Half-width 7 pixels. */
  LARGE(7);

  /** Half-widths up to this one, in pixels, count as small. */
  static final double BORDER = 6.25;

  private final float halfWidth;

  Size(float halfWidth) {
    this.halfWidth = halfWidth;
  }

  /** Half the side of the bounding box, in pixels. */
  public float halfWidth() {
    return halfWidth;
  }

  /** The size that a measured half-width is nearer to. */
  static Size of(double halfWidth) {
    return halfWidth <= BORDER ? SMALL : LARGE;
  }

  /** The word of the grammar. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
