package io.nextscale.training.learner;

import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.shapes.Scene;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.layer.Losses;
import io.nextscale.verifiers.shapes.Lessons.Graded;
import java.util.List;

/**
 * A verifier with a layer that says of each patch of a picture how far it is from clean. It is
 * learnt on the side, because one grade says little of where the damage is, and is no part of the
 * trained verifier.
 *
 * @param model the verifier
 * @param layer from its tokens of patches to a number each
 * @param <M> the kind of verifier
 */
public record Wear<M extends Record>(@Name("") M model, @Name("wear") Linear layer) {

  /** The mean distance of the values of a patch from the clean ones that counts as ruined. */
  private static final double RUINED = 0.15;

  /**
   * A model and a layer whose parameters have no values yet.
   *
   * @param width C, channels of the tokens of patches
   */
  static <M extends Record> Wear<M> of(M model, int width) {
    return new Wear<>(model, Linear.declared(width, 1, true));
  }

  /**
   * The mean logistic loss over all patches.
   *
   * @param tokens (B,L,C), the first for the whole, then the patches row by row
   * @param worn of {@link #worn}
   */
  Tensor loss(Tensor tokens, Tensor worn) {
    Tensor patches = layer.forward(tokens.slice(1, 1, tokens.shape().dim(1))); // (B,g²,1)
    return Losses.quality(patches.reshape(worn.shape().size()), worn);
  }

  /**
   * How far each patch is from clean, 0 to 1: {@code min(1, mean |x − clean| / 0.15)}, (B·g²).
   *
   * @param patch the side of a patch in pixels
   */
  static Tensor worn(List<Graded> lessons, int patch) {
    int grid = Scene.SIDE / patch;
    float[] worn = new float[lessons.size() * grid * grid];
    for (int b = 0; b < lessons.size(); b++) {
      Graded lesson = lessons.get(b);
      for (int i = 0; i < lesson.picture().length; i++) {
        int y = i / (3 * Scene.SIDE) / patch;
        int x = i / 3 % Scene.SIDE / patch;
        double far = Math.abs(lesson.picture()[i] - lesson.clean()[i]);
        worn[(b * grid + y) * grid + x] += (float) (far / (RUINED * 3 * patch * patch));
      }
    }
    for (int i = 0; i < worn.length; i++) {
      worn[i] = Math.min(1, worn[i]);
    }
    return Tensor.of(Shape.of(worn.length), worn);
  }
}
