package io.nextscale.shapes;

import java.nio.charset.StandardCharsets;

/**
 * Which captions a model may learn from. A caption belongs to one split by a hash of its words, so
 * that no held-out caption is ever trained on; things with a {@linkplain #heldOut held-out} pair of
 * colour and form appear in {@link #COMPOSITION} only.
 */
public enum Split {
  /** Seventy of a hundred captions. */
  TRAIN,
  /** Ten of a hundred, for choices such as the guidance scale. */
  VALIDATION,
  /** Twenty of a hundred, for the figures that are reported. */
  TEST,
  /** Captions that name a pair of colour and form never seen in training. */
  COMPOSITION;

  /**
   * Whether a pair of colour and form is kept out of training: one form for each of five colours.
   */
  public static boolean heldOut(Colour colour, Form form) {
    return switch (colour) {
      case RED -> form == Form.DIAMOND;
      case GREEN -> form == Form.CROSS;
      case BLUE -> form == Form.TRIANGLE;
      case YELLOW -> form == Form.RING;
      case PURPLE -> form == Form.SQUARE;
      case ORANGE, CYAN -> false;
    };
  }

  /** The split of a caption. */
  public static Split of(String caption, Prompt prompt) {
    if (named(prompt.first()) || (prompt.second() != null && named(prompt.second()))) {
      return COMPOSITION;
    }
    long h = 0xcbf29ce484222325L; // FNV-1a
    for (byte b : caption.getBytes(StandardCharsets.UTF_8)) {
      h = (h ^ (b & 0xff)) * 0x100000001b3L;
    }
    h ^= h >>> 32;
    long bucket = Long.remainderUnsigned(h * 0x9E3779B97F4A7C15L >>> 20, 100);
    return bucket < 70 ? TRAIN : bucket < 80 ? VALIDATION : TEST;
  }

  private static boolean named(Group group) {
    Colour colour = group.colour();
    return colour != null && heldOut(colour, group.form());
  }
}
