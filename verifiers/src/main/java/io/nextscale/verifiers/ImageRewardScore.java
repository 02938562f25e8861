package io.nextscale.verifiers;

import io.nextscale.search.Verifier;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.layer.Pixels;
import io.nextscale.verifiers.reward.BertTokenizer;
import io.nextscale.verifiers.reward.ImageReward;

/**
 * ImageReward's score, {@code (r − mean) / deviation} of the model's number r: 0 for a picture like
 * the mean of those that it was standardised on.
 *
 * @see <a href="https://arxiv.org/abs/2304.05977">Xu et al. 2023, section 3</a>
 * @param model the model
 * @param numbers makes numbers of prompts, with beginning and end
 * @param mean of the model's numbers
 * @param deviation of them, positive
 */
public record ImageRewardScore(
    ImageReward model, TextNumbers numbers, double mean, double deviation)
    implements PromptVerifier {

  /** Tokens of a prompt that are read, with beginning and end. */
  private static final int LENGTH = 35;

  /** Checks the range. */
  public ImageRewardScore {
    if (!(deviation > 0) || !Double.isFinite(mean)) {
      throw new IllegalArgumentException(
          "image reward: a finite mean and a positive deviation; got " + mean + ", " + deviation);
    }
  }

  /** The score of the published model; what is too long of a prompt is not read. */
  public static ImageRewardScore published(ImageReward model, BertTokenizer tokenizer) {
    return new ImageRewardScore(
        model, prompt -> tokenizer.encode(prompt, LENGTH), ImageReward.MEAN, ImageReward.DEVIATION);
  }

  @Override
  public Verifier of(String prompt) {
    int[] ids = numbers.of(prompt);
    Pixels pixels = new Pixels(model.config().vision().size());
    return images -> {
      int count = images.shape().dim(0);
      double[] scores = Scores.of(model.forward(pixels.of(images), repeated(ids, count)));
      for (int i = 0; i < count; i++) {
        scores[i] = (scores[i] - mean) / deviation;
      }
      return scores;
    };
  }

  private static Tensor repeated(int[] ids, int count) {
    int[] all = new int[count * ids.length];
    for (int i = 0; i < count; i++) {
      System.arraycopy(ids, 0, all, i * ids.length, ids.length);
    }
    return Tensor.ofInts(Shape.of(count, ids.length), all);
  }
}
