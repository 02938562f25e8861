package io.nextscale.shapes;

import java.util.Locale;

/** The outline of a thing, given by which points it covers. */
public enum Form {
  /** A disc. */
  CIRCLE {
    @Override
    public boolean covers(double x, double y) {
      return x * x + y * y <= 1;
    }
  },
  /** An upright square. */
  SQUARE {
    @Override
    public boolean covers(double x, double y) {
      return Math.max(Math.abs(x), Math.abs(y)) <= 1;
    }
  },
  /** An isosceles triangle, tip up. */
  TRIANGLE {
    @Override
    public boolean covers(double x, double y) {
      return y <= 1 && y >= -1 && Math.abs(x) <= (y + 1) / 2;
    }
  },
  /** A square on its corner. */
  DIAMOND {
    @Override
    public boolean covers(double x, double y) {
      return Math.abs(x) + Math.abs(y) <= 1;
    }
  },
  /** An upright cross of five equal squares. */
  CROSS {
    @Override
    public boolean covers(double x, double y) {
      double ax = Math.abs(x);
      double ay = Math.abs(y);
      return Math.min(ax, ay) <= 1 / 3.0 && Math.max(ax, ay) <= 1;
    }
  },
  /** A ring whose hole has half its width. */
  RING {
    @Override
    public boolean covers(double x, double y) {
      double r2 = x * x + y * y;
      return r2 <= 1 && r2 >= 0.25;
    }
  };

  /** Whether the outline of half-width 1 around the origin covers a point; y grows downwards. */
  public abstract boolean covers(double x, double y);

  /** The word of the grammar, singular. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The word of the grammar, plural. */
  public String plural() {
    return this == CROSS ? "crosses" : word() + "s";
  }
}
