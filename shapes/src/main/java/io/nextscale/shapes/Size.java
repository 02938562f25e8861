package io.nextscale.shapes;

import java.util.Locale;

/** How large a thing is. The two bands leave a gap that no thing falls into. */
public enum Size {
  /** Half-width 6.5 to 8 pixels. */
  SMALL(6.5f, 8),
  /** Half-width 10 to 13 pixels. */
  LARGE(10, 13);

  /** Half-widths up to this one, in pixels, count as small. */
  static final double BORDER = 9;

  private final float least;
  private final float most;

  Size(float least, float most) {
    this.least = least;
    this.most = most;
  }

  /** The smallest half-width in pixels. */
  public float least() {
    return least;
  }

  /** The largest half-width in pixels. */
  public float most() {
    return most;
  }

  /** The size of a half-width. */
  static Size of(double halfWidth) {
    return halfWidth <= BORDER ? SMALL : LARGE;
  }

  /** The word of the grammar. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
