package io.nextscale.var;

import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.io.FileFormatException;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of the encoder of captions.
 *
 * @param vocabulary word pieces
 * @param length pieces of a caption, T, its beginning and fill included
 * @param width channels, Ct
 * @param depth layers
 * @param heads a divisor of the width
 * @param rotary whether queries and keys turn with the places of their pieces, see {@link Rotation}
 */
public record TextConfig(
    int vocabulary, int length, int width, int depth, int heads, boolean rotary) {

  private static final String PIECES = "text.tokens.weight";
  private static final String LAYER = "text.layers.";

  /** An encoder whose queries and keys do not turn. */
  public TextConfig(int vocabulary, int length, int width, int depth, int heads) {
    this(vocabulary, length, width, depth, heads, false);
  }

  /** Checks the ranges. */
  public TextConfig {
    boolean positive = vocabulary > 0 && length > 0 && width > 0 && depth > 0 && heads > 0;
    if (!positive || width % heads != 0) {
      throw new IllegalArgumentException(
          "text encoder: positive sizes and a width that the heads divide; got vocabulary "
              + vocabulary
              + ", length "
              + length
              + ", width "
              + width
              + ", depth "
              + depth
              + ", heads "
              + heads);
    }
    if (rotary && width / heads % 2 != 0) {
      throw new IllegalArgumentException(
          "text encoder: heads of an even number of channels to turn; got " + width / heads);
    }
  }

  /**
   * The configuration of the encoder in a checkpoint, from names and extents; null where there is
   * none.
   *
   * @throws FileFormatException when its tensors have other extents
   */
  public static @Nullable TextConfig of(Checkpoint from) throws FileFormatException {
    if (!from.has(PIECES)) {
      return null;
    }
    Shape pieces = shape(from, PIECES, 2);
    int depth = 0;
    while (from.has(LAYER + depth + ".attn.mat_qkv.weight")) {
      depth++;
    }
    return new TextConfig(
        pieces.dim(0),
        shape(from, "text.pos_embed", 3).dim(1),
        pieces.dim(1),
        depth,
        shape(from, LAYER + "0.attn.scale_mul_1H11", 4).dim(1),
        from.has("text.rope_2TD"));
  }

  private static Shape shape(Checkpoint from, String name, int rank) throws FileFormatException {
    Shape shape = from.shapes().get(name);
    if (shape == null || shape.rank() != rank) {
      throw new FileFormatException(
          from.source(),
          "an encoder of captions, with a tensor " + name + " of " + rank + " axes",
          shape == null ? "none" : shape.toString());
    }
    return shape;
  }
}
