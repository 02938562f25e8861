package io.nextscale.shapes;

import java.util.List;

/**
 * Everything there is in a picture.
 *
 * @param things one to four, none touching another
 * @param ground what they lie on
 */
public record Scene(List<Thing> things, Ground ground) {

  /** The side of the canvas in pixels. */
  public static final int SIDE = 64;

  /** The most things a scene holds. */
  public static final int MOST = 4;

  /** A defensive copy. */
  public Scene {
    things = List.copyOf(things);
  }
}
