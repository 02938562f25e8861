package io.nextscale.verifiers.reward;

import io.nextscale.verifiers.layer.Heads;
import io.nextscale.verifiers.layer.ScoreHead;

/**
 * The sizes of an {@link ImageReward}.
 *
 * @param vision of the network that reads pictures
 * @param text of the network that reads prompts
 * @param head of the head
 */
public record RewardConfig(Vision vision, Text text, ScoreHead.Widths head) {

  /** ImageReward v1.0, of 447 million parameters: BLIP with ViT-L/16 and BERT-base. */
  public static final RewardConfig PUBLISHED =
      new RewardConfig(
          new Vision(224, 16, 1024, 24, 16),
          new Text(30_524, 512, 768, 12, 12),
          ScoreHead.Widths.PUBLISHED);

  /**
   * The network that reads pictures.
   *
   * @param size the side of a picture in pixels
   * @param patch the side of a patch in pixels
   * @param width Cv
   * @param depth blocks
   * @param heads of attention
   */
  public record Vision(int size, int patch, int width, int depth, int heads) {

    /** Checks the ranges. */
    public Vision {
      requireHeads("vision", width, depth, heads);
      if (patch < 1 || size < patch || size % patch != 0) {
        throw new IllegalArgumentException(
            "image reward: a patch that divides the side of pictures; got %d and %d"
                .formatted(patch, size));
      }
    }

    /** L, the tokens of a picture. */
    public int tokens() {
      return (size / patch) * (size / patch) + 1;
    }
  }

  /**
   * The network that reads prompts.
   *
   * @param vocabulary how many tokens there are
   * @param places the most tokens of a prompt
   * @param width C
   * @param depth layers
   * @param heads of attention
   */
  public record Text(int vocabulary, int places, int width, int depth, int heads) {

    /** Checks the ranges. */
    public Text {
      requireHeads("text", width, depth, heads);
      if (vocabulary < 1 || places < 1) {
        throw new IllegalArgumentException(
            "image reward: a vocabulary and places of at least 1; got %d, %d"
                .formatted(vocabulary, places));
      }
    }
  }

  private static void requireHeads(String network, int width, int depth, int heads) {
    if (heads < 1 || width < 1 || width % heads != 0 || depth < 1) {
      throw new IllegalArgumentException(
          "image reward: heads that divide the width, and a depth of at least 1; got %d, %d, %d for %s"
              .formatted(heads, width, depth, network));
    }
  }

  /** The heads of both networks. */
  public Heads heads() {
    return new Heads(vision.heads(), text.heads());
  }
}
