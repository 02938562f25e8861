package io.nextscale.var;

/**
 * The sizes of the encoder of captions.
 *
 * @param vocabulary word pieces
 * @param length pieces of a caption, T, its beginning and fill included
 * @param width channels, Ct
 * @param depth layers
 * @param heads a divisor of the width
 */
public record TextConfig(int vocabulary, int length, int width, int depth, int heads) {

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
  }
}
