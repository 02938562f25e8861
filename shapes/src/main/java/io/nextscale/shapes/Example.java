package io.nextscale.shapes;

/**
 * One item of the data set.
 *
 * @param caption the words
 * @param prompt what they ask for
 * @param scene what is in the picture
 */
public record Example(String caption, Prompt prompt, Scene scene) {

  /** The picture: red, green, blue in [0, 1], ({@link Scene#SIDE}, {@link Scene#SIDE}, 3). */
  public float[] picture() {
    return Renderer.render(scene);
  }
}
