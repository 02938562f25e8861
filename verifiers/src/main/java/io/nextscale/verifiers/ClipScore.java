package io.nextscale.verifiers;

import io.nextscale.search.Verifier;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.clip.Clip;
import io.nextscale.verifiers.clip.ClipTokenizer;
import io.nextscale.verifiers.layer.Pixels;

/**
 * CLIPScore, {@code 2.5 · max(cos(picture, text), 0)}: how near a picture lies to its prompt in the
 * space of a {@link Clip}. Ma et al. 2025, table 2, have 0.68 to 0.82 for pictures of DrawBench.
 *
 * @see <a href="https://arxiv.org/abs/2104.08718">Hessel et al. 2021, section 3</a>
 * @param clip the model
 * @param numbers makes numbers of text, with beginning and end
 * @param prefix what is said before the prompt
 */
public record ClipScore(Clip clip, TextNumbers numbers, String prefix) implements PromptVerifier {

  /** What the authors put before captions. */
  public static final String PREFIX = "A photo depicts ";

  private static final double FACTOR = 2.5;

  /**
   * The score of the paper, for a published model; what is too long of a prompt is not read.
   *
   * @throws IllegalArgumentException when the tokenizer has another vocabulary than the model
   */
  public static ClipScore published(Clip clip, ClipTokenizer tokenizer) {
    int vocabulary = clip.config().text().vocabulary();
    if (tokenizer.size() != vocabulary) {
      throw new IllegalArgumentException(
          "clip score: a tokenizer of %,d symbols for this model; got %,d — use the vocabulary that belongs to it"
              .formatted(vocabulary, tokenizer.size()));
    }
    int context = clip.config().text().context();
    return new ClipScore(clip, text -> tokenizer.encode(text, context, true), PREFIX);
  }

  @Override
  public Verifier of(String prompt) {
    int[] ids = numbers.of(prefix + prompt);
    Tensor text = clip.texts(Tensor.ofInts(Shape.of(1, ids.length), ids)); // (1,E)
    Pixels pixels = new Pixels(clip.config().vision().size());
    return images -> {
      Tensor cosines = clip.images(pixels.of(images)).matmulT(text); // (B,1)
      double[] scores = Scores.of(cosines);
      for (int i = 0; i < scores.length; i++) {
        scores[i] = FACTOR * Math.max(scores[i], 0);
      }
      return scores;
    };
  }
}
