package io.nextscale.shapes;

/** The pattern of a ground: a wave between −1 and 1 over the canvas. */
public enum Texture {
  /** No pattern. */
  PLAIN {
    @Override
    double wave(double x, double y) {
      return 0;
    }
  },
  /** Horizontal stripes. */
  STRIPES {
    @Override
    double wave(double x, double y) {
      return Math.sin(y);
    }
  },
  /** Stripes on the diagonal. */
  DIAGONAL {
    @Override
    double wave(double x, double y) {
      return Math.sin(x + y);
    }
  },
  /** A soft checkerboard. */
  CHECKS {
    @Override
    double wave(double x, double y) {
      return Math.sin(x) * Math.sin(y);
    }
  },
  /** A slope from top to bottom, one half wave over the canvas. */
  GRADIENT {
    @Override
    double wave(double x, double y) {
      return Math.sin((y / PERIODS - Math.PI) / 2);
    }
  };

  /** Waves along a side of the canvas, of those textures that repeat. */
  static final int PERIODS = 8;

  /** The pattern at a phase; one period is 2π. */
  abstract double wave(double x, double y);
}
