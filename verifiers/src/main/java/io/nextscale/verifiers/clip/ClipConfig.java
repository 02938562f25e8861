package io.nextscale.verifiers.clip;

import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.verifiers.layer.Extents;
import io.nextscale.verifiers.layer.Heads;

/**
 * The sizes of a {@link Clip}.
 *
 * @param embedding E, channels of the common space
 * @param vision of the tower that reads pictures
 * @param text of the tower that reads text
 */
public record ClipConfig(int embedding, Vision vision, Text text) {

  /** CLIP ViT-B/32, of 151 million parameters: the one of CLIPScore. */
  public static final ClipConfig VIT_B_32 =
      new ClipConfig(512, new Vision(224, 32, 768, 12, 12), new Text(49_408, 77, 512, 12, 8));

  /** CLIP ViT-L/14, of 428 million parameters: the one of the aesthetic predictor. */
  public static final ClipConfig VIT_L_14 =
      new ClipConfig(768, new Vision(224, 14, 1024, 24, 16), new Text(49_408, 77, 768, 12, 12));

  /**
   * The tower that reads pictures.
   *
   * @param size the side of a picture in pixels
   * @param patch the side of a patch in pixels
   * @param width C
   * @param depth blocks
   * @param heads of attention
   */
  public record Vision(int size, int patch, int width, int depth, int heads) {

    /** Checks the ranges. */
    public Vision {
      requireHeads("vision", width, depth, heads);
      if (patch < 1 || size < patch || size % patch != 0) {
        throw new IllegalArgumentException(
            "clip: a patch that divides the side of pictures; got " + patch + " and " + size);
      }
    }

    /** g² + 1, the tokens of a picture. */
    public int tokens() {
      return (size / patch) * (size / patch) + 1;
    }
  }

  /**
   * The tower that reads text.
   *
   * @param vocabulary how many tokens there are; the last is the end of a text
   * @param context T, the most tokens of a text, with beginning and end
   * @param width C
   * @param depth blocks
   * @param heads of attention
   */
  public record Text(int vocabulary, int context, int width, int depth, int heads) {

    /** Checks the ranges. */
    public Text {
      requireHeads("text", width, depth, heads);
      if (vocabulary < 2 || context < 2) {
        throw new IllegalArgumentException(
            "clip: a vocabulary and a context of at least 2; got " + vocabulary + ", " + context);
      }
    }
  }

  /** Checks the range. */
  public ClipConfig {
    if (embedding < 1) {
      throw new IllegalArgumentException("clip: an embedding of at least 1; got " + embedding);
    }
  }

  private static void requireHeads(String tower, int width, int depth, int heads) {
    if (heads < 1 || width < 1 || width % heads != 0 || depth < 1) {
      throw new IllegalArgumentException(
          "clip: heads that divide the width, and a depth of at least 1; got %d, %d, %d for %s"
              .formatted(heads, width, depth, tower));
    }
  }

  /** The heads of both towers. */
  public Heads heads() {
    return new Heads(vision.heads(), text.heads());
  }

  /**
   * The sizes that the tensors of a file have.
   *
   * @param file that may tell its heads
   * @param from its tensors with the names of openai/CLIP
   * @throws FileFormatException when it is no CLIP with a vision transformer
   */
  public static ClipConfig of(TensorFile file, Checkpoint from) throws FileFormatException {
    return of(from, Heads.of(file, width(from), textWidth(from)));
  }

  /**
   * The sizes that the tensors of a published model have.
   *
   * @param from with the names of openai/CLIP
   * @throws FileFormatException when it is no CLIP with a vision transformer
   */
  public static ClipConfig of(Checkpoint from) throws FileFormatException {
    return of(from, Heads.published(width(from), textWidth(from)));
  }

  private static int width(Checkpoint from) throws FileFormatException {
    return Extents.of(from, "visual.conv1.weight", 4).dim(0); // (C,3,p,p)
  }

  private static int textWidth(Checkpoint from) throws FileFormatException {
    return Extents.of(from, "token_embedding.weight", 2).dim(1); // (V,C)
  }

  private static ClipConfig of(Checkpoint from, Heads heads) throws FileFormatException {
    try {
      return new ClipConfig(
          Extents.of(from, "text_projection", 2).dim(1), // (C,E)
          vision(from, heads.vision()),
          new Text(
              Extents.of(from, "token_embedding.weight", 2).dim(0),
              Extents.of(from, "positional_embedding", 2).dim(0),
              textWidth(from),
              from.count("transformer.resblocks.", ".ln_1.weight"),
              heads.text()));
    } catch (IllegalArgumentException e) {
      throw new FileFormatException(
          from.source(), "the sizes of a CLIP", String.valueOf(e.getMessage()));
    }
  }

  /** The tower that reads pictures, in a checkpoint with the names of openai/CLIP. */
  static Vision vision(Checkpoint from, int heads) throws FileFormatException {
    int patch = Extents.of(from, "visual.conv1.weight", 4).dim(2);
    int tokens = Extents.of(from, "visual.positional_embedding", 2).dim(0);
    return new Vision(
        Extents.row(tokens) * patch,
        patch,
        width(from),
        from.count("visual.transformer.resblocks.", ".ln_1.weight"),
        heads);
  }
}
