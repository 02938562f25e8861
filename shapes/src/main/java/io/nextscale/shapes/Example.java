package io.nextscale.shapes;

import java.util.List;

/**
 * One item of the data set.
 *
 * @param caption the words
 * @param prompt what they ask for
 * @param scene what is in the picture
 */
public record Example(String caption, Prompt prompt, Scene scene) {

  /**
   * This example for those who learn to draw: of "a circle and a square" the circle, which is named
   * first, comes first in reading order too, row by row and from left to right; where it does not,
   * the two things change places. A caption that says where things are, or names a single group,
   * leaves the example as it is.
   *
   * <p>Where either may come first, a model that draws several places at once, or one after another
   * but from codes that leave forms open, decides at each place anew which of the two it draws, and
   * draws one of them twice. Judges of pictures learn from scenes of either order.
   */
  public Example inReadingOrder() {
    List<Thing> things = scene.things();
    if (prompt.relation() != Relation.AND || things.size() != 2) {
      return this;
    }
    Thing first = things.get(0);
    Thing second = things.get(1);
    boolean ordered =
        first.y() < second.y() || (first.y() == second.y() && first.x() <= second.x());
    return ordered
        ? this
        : new Example(
            caption,
            prompt,
            new Scene(
                List.of(first.at(second.x(), second.y()), second.at(first.x(), first.y())),
                scene.ground()));
  }

  /** The picture: red, green, blue in [0, 1], ({@link Scene#SIDE}, {@link Scene#SIDE}, 3). */
  public float[] picture() {
    return Renderer.render(scene);
  }
}
