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

  private static final String KIND = "an encoder of captions";
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
    Shape pieces = from.shape(KIND, PIECES, 2);
    return new TextConfig(
        pieces.dim(0),
        from.shape(KIND, "text.pos_embed", 3).dim(1),
        pieces.dim(1),
        from.count(LAYER, ".attn.mat_qkv.weight"),
        from.shape(KIND, LAYER + "0.attn.scale_mul_1H11", 4).dim(1),
        from.has("text.rope_2TD"));
  }
}
