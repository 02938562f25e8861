package io.nextscale.shapes;

/** Draws scenes. A pixel is the mean of 4 x 4 points, so that edges are soft as in a photograph. */
public final class Renderer {

  private static final int POINTS = 4;

  private Renderer() {}

  /**
   * The picture of a scene.
   *
   * @return red, green, blue in [0, 1], row by row: ({@link Scene#SIDE}, {@link Scene#SIDE}, 3)
   */
  public static float[] render(Scene scene) {
    int side = Scene.SIDE;
    float[] pixels = new float[side * side * 3];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        for (int c = 0; c < 3; c++) {
          pixels[(y * side + x) * 3 + c] = (float) scene.ground().channel(c, x + 0.5, y + 0.5);
        }
      }
    }
    for (Thing thing : scene.things()) {
      draw(thing, pixels);
    }
    return pixels;
  }

  private static void draw(Thing thing, float[] pixels) {
    int side = Scene.SIDE;
    int left = Math.max(0, (int) Math.floor(thing.x() - thing.halfWidth()));
    int right = Math.min(side - 1, (int) Math.ceil(thing.x() + thing.halfWidth()));
    int top = Math.max(0, (int) Math.floor(thing.y() - thing.halfWidth()));
    int bottom = Math.min(side - 1, (int) Math.ceil(thing.y() + thing.halfWidth()));
    for (int y = top; y <= bottom; y++) {
      for (int x = left; x <= right; x++) {
        float share = coverage(thing, x, y);
        for (int c = 0; c < 3 && share > 0; c++) {
          int at = (y * side + x) * 3 + c;
          pixels[at] += share * (thing.colour().channel(c) - pixels[at]);
        }
      }
    }
  }

  /** The share of pixel (x, y) that a thing covers. */
  private static float coverage(Thing thing, int x, int y) {
    int covered = 0;
    for (int j = 0; j < POINTS; j++) {
      for (int i = 0; i < POINTS; i++) {
        if (thing.covers(x + (i + 0.5) / POINTS, y + (j + 0.5) / POINTS)) {
          covered++;
        }
      }
    }
    return (float) covered / (POINTS * POINTS);
  }
}
