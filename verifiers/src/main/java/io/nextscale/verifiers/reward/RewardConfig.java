package io.nextscale.verifiers.reward;

import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.verifiers.layer.Extents;
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

  private static final String VISION = "blip.visual_encoder.";
  private static final String TEXT = "blip.text_encoder.";

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

  /**
   * The sizes that the tensors of a file have.
   *
   * @throws FileFormatException when it is no ImageReward
   */
  public static RewardConfig of(TensorFile file, Checkpoint from) throws FileFormatException {
    Shape patches = Extents.of(from, VISION + "patch_embed.proj.weight", 4); // (Cv,3,p,p)
    Shape words = Extents.of(from, TEXT + "embeddings.word_embeddings.weight", 2); // (V,C)
    int tokens = Extents.of(from, VISION + "pos_embed", 3).dim(1); // (1,L,Cv)
    Heads heads = Heads.of(file, patches.dim(0), words.dim(1));
    try {
      return new RewardConfig(
          new Vision(
              Extents.row(tokens) * patches.dim(2),
              patches.dim(2),
              patches.dim(0),
              from.count(VISION + "blocks.", ".norm1.weight"),
              heads.vision()),
          new Text(
              words.dim(0),
              Extents.of(from, TEXT + "embeddings.position_embeddings.weight", 2).dim(0),
              words.dim(1),
              from.count(TEXT + "encoder.layer.", ".output.dense.weight"),
              heads.text()),
          ScoreHead.Widths.of(from, "mlp."));
    } catch (IllegalArgumentException e) {
      throw new FileFormatException(
          from.source(), "the sizes of an ImageReward", String.valueOf(e.getMessage()));
    }
  }

  /** The heads of both networks. */
  public Heads heads() {
    return new Heads(vision.heads(), text.heads());
  }
}
