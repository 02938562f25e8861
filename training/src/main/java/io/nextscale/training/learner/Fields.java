package io.nextscale.training.learner;

import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Colour;
import io.nextscale.shapes.Form;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.Sighting;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.List;

/**
 * A verifier with a layer that says of each patch of a picture what stands there: nothing, or the
 * middle or the side of a thing of a form and a colour. It is learnt on the side, so that the
 * network soon sees what captions are about, and is no part of the trained verifier.
 *
 * @param model the verifier
 * @param layer from its tokens of patches to the classes
 * @param <M> the kind of verifier
 */
public record Fields<M extends Record>(@Name("") M model, @Name("fields") Linear layer) {

  private static final int THINGS = Form.values().length * Colour.values().length;

  /** Nothing, middles, sides. */
  private static final int CLASSES = 1 + 2 * THINGS;

  /**
   * A model and a layer whose parameters have no values yet.
   *
   * @param width C, channels of the tokens of patches
   */
  static <M extends Record> Fields<M> of(M model, int width) {
    return new Fields<>(model, Linear.declared(width, CLASSES, true));
  }

  /**
   * The mean cross-entropy over all patches.
   *
   * @param tokens (B,L,C), the first for the whole, then the patches row by row
   * @param classes of {@link #classes}
   */
  Tensor loss(Tensor tokens, Tensor classes) {
    int length = tokens.shape().dim(1);
    return layer.forward(tokens.slice(1, 1, length)).crossEntropy(classes, 0).mean();
  }

  /**
   * What stands in each patch, I32 (B,g²).
   *
   * @param patch the side of a patch in pixels
   */
  static Tensor classes(List<Checker.Report> reports, int patch) {
    int grid = Scene.SIDE / patch;
    int[] classes = new int[reports.size() * grid * grid];
    for (int b = 0; b < reports.size(); b++) {
      for (Sighting thing : reports.get(b).things()) {
        mark(thing, classes, b * grid * grid, grid, patch);
      }
    }
    return Tensor.ofInts(Shape.of(reports.size(), grid * grid), classes);
  }

  private static void mark(Sighting thing, int[] classes, int at, int grid, int patch) {
    int number = 1 + thing.form().ordinal() * Colour.values().length + thing.colour().ordinal();
    double reach = thing.halfWidth() + patch / 8.0;
    for (int y = 0; y < grid; y++) {
      for (int x = 0; x < grid; x++) {
        double dx = Math.abs((x + 0.5) * patch - thing.x());
        double dy = Math.abs((y + 0.5) * patch - thing.y());
        double far = Math.max(dx, dy);
        if (far <= reach) {
          classes[at + y * grid + x] = far < patch / 2.0 ? number : number + THINGS;
        }
      }
    }
  }
}
