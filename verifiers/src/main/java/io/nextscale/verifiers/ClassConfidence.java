package io.nextscale.verifiers;

import io.nextscale.search.Verifier;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import java.util.function.UnaryOperator;

/**
 * How sure a classifier is of a class: {@code log p(class | picture)}, at most 0.
 *
 * <p>With rejection of the less sure pictures this is the sampling of the rows "-re" of Tian et al.
 * 2024, table 1.
 *
 * @param classifier pictures (B,h,w,3) in [0, 1] to logits (B,K)
 * @param label the class, 0 .. K − 1
 */
public record ClassConfidence(UnaryOperator<Tensor> classifier, int label) implements Verifier {

  /** Checks the range. */
  public ClassConfidence {
    if (label < 0) {
      throw new IllegalArgumentException("class confidence: a class from 0 on; got " + label);
    }
  }

  /**
   * The logarithm of each picture's probability.
   *
   * @throws ShapeException when the classifier gives something else, or fewer classes
   */
  @Override
  public double[] score(Tensor images) {
    return Scores.of(
        Workspace.scope(() -> {
          Tensor logits = classifier.apply(images);
          Shape shape = logits.shape();
          int count = images.shape().dim(0);
          if (shape.rank() != 2 || shape.dim(0) != count || shape.dim(1) <= label) {
            throw new ShapeException(
                "class confidence: logits (%d, K) with K above %d; got %s"
                    .formatted(count, label, shape));
          }
          return logits.logSoftmax().slice(1, label, label + 1).reshape(count); // (B,K) -> (B)
        }));
  }
}
