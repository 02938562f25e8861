package io.nextscale.shapes;

import java.util.Locale;

/** How bright a ground is: three bands of mean grey with gaps between them. */
public enum Tone {
  /** Mean grey 0.10 to 0.22. */
  DARK(0.10f, 0.22f),
  /** Mean grey 0.42 to 0.55. */
  GREY(0.42f, 0.55f),
  /** Mean grey 0.78 to 0.90. */
  LIGHT(0.78f, 0.90f);

  private final float least;
  private final float most;

  Tone(float least, float most) {
    this.least = least;
    this.most = most;
  }

  /** The darkest mean grey. */
  public float least() {
    return least;
  }

  /** The brightest mean grey. */
  public float most() {
    return most;
  }

  /** The tone whose band is nearest to a mean grey. */
  static Tone of(double grey) {
    return grey < 0.32 ? DARK : grey < 0.665 ? GREY : LIGHT;
  }

  /** The word of the grammar. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
