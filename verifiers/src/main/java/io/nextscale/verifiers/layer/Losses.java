package io.nextscale.verifiers.layer;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What verifiers minimise; all scalars. */
public final class Losses {

  private Losses() {}

  /**
   * The symmetric loss of CLIP, with B texts, their pictures, and perhaps more pictures that no
   * text is of: the mean of the cross-entropies of each text's picture among all N pictures and of
   * each picture's text among all texts, of {@code scale · cos}.
   *
   * @param images (N,E) of length 1; the first B belong to the texts in order
   * @param texts (B,E) of length 1, {@code B <= N}
   * @param scale a scalar, the inverse of the temperature
   * @param added (B,N), added to the logits of texts and pictures: large and negative where a
   *     picture happens to show another text too, 0 elsewhere; null: 0
   * @throws ShapeException when there are fewer pictures than texts
   * @see <a href="https://arxiv.org/abs/2103.00020">Radford et al. 2021, figure 3</a>
   */
  public static Tensor contrastive(
      Tensor images, Tensor texts, Tensor scale, @Nullable Tensor added) {
    int b = texts.shape().dim(0);
    if (images.shape().dim(0) < b) {
      throw new ShapeException(
          "contrastive", "a picture for each text", images.shape(), texts.shape());
    }
    int[] own = new int[b];
    Arrays.setAll(own, i -> i);
    Tensor target = Tensor.ofInts(Shape.of(b), own);
    Tensor logits = texts.matmulT(images).times(scale); // (B,N)
    Tensor known = added == null ? logits : logits.plus(added);
    Tensor ofTexts = known.crossEntropy(target, 0).mean();
    Tensor ofPictures = known.slice(1, 0, b).transpose(0, 1).crossEntropy(target, 0).mean();
    return ofTexts.plus(ofPictures).times(0.5f);
  }

  /**
   * The loss of preferences, the mean of {@code −log sigmoid(r_w − r_l)}: better and worse (B).
   *
   * @see <a href="https://arxiv.org/abs/2304.05977">Xu et al. 2023, equation 1</a>
   */
  public static Tensor preference(Tensor better, Tensor worse) {
    return softplus(worse.minus(better)).mean();
  }

  /**
   * The logistic loss of grades, the mean of {@code −t log p − (1 − t) log(1 − p)} with {@code p =
   * sigmoid(score)}: scores (B).
   *
   * @param grades t, (B) in [0, 1]
   */
  public static Tensor quality(Tensor scores, Tensor grades) {
    return softplus(scores).minus(scores.times(grades)).mean();
  }

  /** {@code log(1 + e^x)} of (B), as the cross-entropy of logits x and 0 against the second. */
  private static Tensor softplus(Tensor x) {
    int b = x.shape().dim(0);
    int[] second = new int[b];
    Arrays.fill(second, 1);
    Tensor logits = Tensor.concat(1, x.reshape(b, 1), Tensor.zeros(Shape.of(b, 1)));
    return logits.crossEntropy(Tensor.ofInts(Shape.of(b), second), 0);
  }
}
