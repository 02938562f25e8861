package io.nextscale.verifiers;

import io.nextscale.search.Verifier;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.verifiers.clip.Clip;
import io.nextscale.verifiers.layer.Pixels;
import java.util.List;
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

  /** What is said of a class before its name: Radford et al. 2021, section 3.1.4. */
  private static final String PROMPT = "a photo of a %s.";

  /** Checks the range. */
  public ClassConfidence {
    if (label < 0) {
      throw new IllegalArgumentException("class confidence: a class from 0 on; got " + label);
    }
  }

  /**
   * One whose classifier is a CLIP that knows classes by their names: a logit is the cosine of a
   * picture and "a photo of a NAME.", times the model's factor.
   *
   * @see <a href="https://arxiv.org/abs/2103.00020">Radford et al. 2021, section 3.1</a>
   * @param numbers makes numbers of text, with beginning and end
   * @param names of all classes, in order
   */
  public static ClassConfidence named(
      Clip clip, TextNumbers numbers, List<String> names, int label) {
    Tensor[] texts = new Tensor[names.size()];
    for (int i = 0; i < texts.length; i++) { // one by one: texts have different lengths
      int[] ids = numbers.of(PROMPT.formatted(names.get(i)));
      texts[i] = clip.texts(Tensor.ofInts(Shape.of(1, ids.length), ids)); // (1,E)
    }
    Tensor weights = Tensor.concat(0, texts).times(clip.logScale().value().exp()); // (K,E)
    Pixels pixels = new Pixels(clip.config().vision().size());
    return new ClassConfidence(
        images -> clip.images(pixels.of(images)).matmulT(weights), label); // (B,E) -> (B,K)
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
