package io.nextscale.shapes;

import java.util.List;

/**
 * Everything there is in a picture.
 *
 * @param things none touching another; of a scene with a caption one to {@link #MOST}
 * @param ground what they lie on
 */
public record Scene(List<Thing> things, Ground ground) {

  /** The side of the canvas in pixels. */
  public static final int SIDE = 64;

  /** The most things a caption asks for. */
  public static final int MOST = 4;

  /** A defensive copy. */
  public Scene {
    things = List.copyOf(things);
  }
}
