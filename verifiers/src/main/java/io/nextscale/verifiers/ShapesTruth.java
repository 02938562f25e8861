package io.nextscale.verifiers;

import io.nextscale.search.Verifier;
import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Grammar;
import io.nextscale.shapes.Prompt;
import io.nextscale.shapes.Scene;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import java.util.Arrays;

/**
 * The exact checker of the shapes world as a verifier: 1 where a picture shows what the prompt asks
 * for, 0 elsewhere.
 *
 * <p>This is an oracle. What it scores is what experiments report as the truth, so a search with it
 * is an upper bound of what any verifier could do, not a method.
 */
public final class ShapesTruth implements PromptVerifier {

  /**
   * A verifier for a sentence.
   *
   * @throws io.nextscale.shapes.PromptException when it is none of {@link Grammar}
   */
  @Override
  public Verifier of(String prompt) {
    return of(Grammar.parse(prompt));
  }

  /** A verifier for a prompt; pictures are (B,64,64,3) in [0, 1]. */
  public static Verifier of(Prompt prompt) {
    return images -> {
      Shape shape = images.shape();
      if (shape.rank() != 4 || !shape.with(0, 1).equals(Shape.of(1, Scene.SIDE, Scene.SIDE, 3))) {
        throw new ShapeException(
            "shapes truth: pictures (B, %d, %d, 3); got %s"
                .formatted(Scene.SIDE, Scene.SIDE, shape));
      }
      float[] values = images.toArray();
      int size = values.length / shape.dim(0);
      double[] scores = new double[shape.dim(0)];
      for (int i = 0; i < scores.length; i++) {
        float[] picture = Arrays.copyOfRange(values, i * size, (i + 1) * size);
        scores[i] = Checker.shows(picture, prompt) ? 1 : 0;
      }
      return scores;
    };
  }
}
