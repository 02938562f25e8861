package io.nextscale.verifiers.layer;

import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.io.FileFormatException;

/** Sizes of a model that are read from the extents of its tensors. */
public final class Extents {

  private Extents() {}

  /**
   * The extents of a tensor.
   *
   * @throws FileFormatException when there is none of that name with so many axes
   */
  public static Shape of(Checkpoint from, String name, int rank) throws FileFormatException {
    Shape shape = from.shapes().get(name);
    if (shape == null || shape.rank() != rank) {
      throw new FileFormatException(
          from.source(),
          "a tensor " + name + " of " + rank + " axes",
          shape == null ? "none of that name" : shape.toString(),
          "this is a file of another model");
    }
    return shape;
  }

  /** g for {@code g² + 1} tokens: a picture's patches in a row. */
  public static int row(int tokens) {
    return (int) Math.round(Math.sqrt(Math.max(0, tokens - 1.0)));
  }
}
