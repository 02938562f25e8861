package io.nextscale.verifiers.shapes;

import io.nextscale.shapes.Scene;
import io.nextscale.verifiers.clip.ClipConfig;
import io.nextscale.verifiers.layer.ScoreHead;
import io.nextscale.verifiers.reward.RewardConfig;

/**
 * The sizes of verifiers for the shapes world: about a million parameters each at most, so that all
 * three together take less than 6 MiB as BF16. A patch is a field of the board, in which a thing
 * lies.
 */
public final class ShapesSizes {

  private static final int PATCH = 16;
  private static final int EMBEDDING = 64;

  private ShapesSizes() {}

  /** The head of the two models that have one. */
  public static final ScoreHead.Widths HEAD = new ScoreHead.Widths(64, 32, 16, 8);

  /** The tower of the aesthetic model, which is its own. */
  public static final ClipConfig.Vision AESTHETIC =
      new ClipConfig.Vision(Scene.SIDE, PATCH, 96, 3, 4);

  /** The channels that the aesthetic model's head reads. */
  public static final int AESTHETIC_EMBEDDING = EMBEDDING;

  /** A CLIP for captions of these words. */
  public static ClipConfig clip(ShapesWords words) {
    return new ClipConfig(
        EMBEDDING,
        new ClipConfig.Vision(Scene.SIDE, PATCH, 128, 3, 4),
        new ClipConfig.Text(words.size(), words.length(), 96, 2, 4));
  }

  /** An ImageReward for captions of these words. */
  public static RewardConfig imageReward(ShapesWords words) {
    return new RewardConfig(
        new RewardConfig.Vision(Scene.SIDE, PATCH, 112, 3, 4),
        new RewardConfig.Text(words.size(), words.length(), 96, 3, 4),
        HEAD);
  }
}
