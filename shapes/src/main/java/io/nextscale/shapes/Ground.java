package io.nextscale.shapes;

/**
 * What things lie on: nearly grey, with a faint tint and a soft pattern.
 *
 * @param texture the pattern
 * @param grey the mean brightness, within a band of {@link Tone}
 * @param amplitude how far the pattern goes up and down, 0 to 0.06
 * @param tintRed added to red, −0.03 to 0.03
 * @param tintBlue added to blue, −0.03 to 0.03
 */
public record Ground(Texture texture, float grey, float amplitude, float tintRed, float tintBlue) {

  /** The tone of the mean brightness. */
  public Tone tone() {
    return Tone.of(grey);
  }

  /** Red, green or blue at a point, in [0, 1]. */
  double channel(int c, double x, double y) {
    double phase = 2 * Math.PI * Texture.PERIODS / Scene.SIDE;
    double tint = c == 0 ? tintRed : c == 2 ? tintBlue : 0;
    return grey + tint + amplitude * texture.wave(phase * x, phase * y);
  }
}
