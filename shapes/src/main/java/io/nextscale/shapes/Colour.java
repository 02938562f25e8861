package io.nextscale.shapes;

import java.util.Locale;

/**
 * The colour of a thing: saturated, so that it stands out from every ground, which is nearly grey.
 */
public enum Colour {
  /** Hue 0 degrees. */
  RED(0.88f, 0.16f, 0.16f),
  /** Hue 30 degrees. */
  ORANGE(0.98f, 0.55f, 0.12f),
  /** Hue 53 degrees. */
  YELLOW(0.95f, 0.87f, 0.15f),
  /** Hue 130 degrees. */
  GREEN(0.16f, 0.68f, 0.25f),
  /** Hue 184 degrees. */
  CYAN(0.20f, 0.80f, 0.85f),
  /** Hue 228 degrees. */
  BLUE(0.18f, 0.30f, 0.88f),
  /** Hue 285 degrees. */
  PURPLE(0.65f, 0.20f, 0.80f);

  private final float[] rgb;

  Colour(float red, float green, float blue) {
    this.rgb = new float[] {red, green, blue};
  }

  /** Red, green, blue in [0, 1]. */
  public float channel(int c) {
    return rgb[c];
  }

  /** The word of the grammar. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
