package io.nextscale.shapes;

/** Where the first group lies, seen from the second. */
public enum Relation {
  /** Anywhere: the two groups are just both there. */
  AND("and", 0, 0),
  /** Higher up. */
  ABOVE("above", 0, -1),
  /** Lower down. */
  BELOW("below", 0, 1),
  /** Further left. */
  LEFT_OF("left of", -1, 0),
  /** Further right. */
  RIGHT_OF("right of", 1, 0);

  /** How far, in pixels, every centre of one group lies beyond every centre of the other. */
  static final double CLEARANCE = 4;

  private final String words;
  private final int dx;
  private final int dy;

  Relation(String words, int dx, int dy) {
    this.words = words;
    this.dx = dx;
    this.dy = dy;
  }

  /** The words of the grammar. */
  public String words() {
    return words;
  }

  /**
   * Whether the offset from b to a has this direction: the part along it is more than half of the
   * distance (less than 60 degrees off, as in GenEval) and at least {@link #CLEARANCE} pixels.
   */
  boolean holds(double ax, double ay, double bx, double by) {
    if (this == AND) {
      return true;
    }
    double along = (ax - bx) * dx + (ay - by) * dy;
    return along >= CLEARANCE && along > 0.5 * Math.hypot(ax - bx, ay - by);
  }
}
