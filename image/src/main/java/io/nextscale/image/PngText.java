package io.nextscale.image;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One piece of text in a PNG file, such as {@code parameters} with the settings of a generated
 * image.
 *
 * <p>Characters of Latin-1 are stored in a {@code tEXt} chunk, all others as UTF-8 in an {@code
 * iTXt} chunk: the choice Pillow makes, so other tools find the text where they look for it.
 *
 * @param keyword 1 to 79 printable Latin-1 characters, no space at either end, no two in a row
 * @param text any Unicode text without U+0000
 * @see <a href="https://www.w3.org/TR/png-3/#11textinfo">PNG (third edition), section 11.3.3</a>
 */
public record PngText(String keyword, String text) {

  static final int MAX_KEYWORD = 79;

  /**
   * @throws IllegalArgumentException when the keyword or the text cannot be stored
   */
  public PngText {
    String fault = keywordFault(keyword);
    if (fault != null) {
      throw new IllegalArgumentException(
          "png text: a keyword of 1 to 79 printable Latin-1 characters without spaces at the ends"
              + " or in a row; got "
              + fault
              + " — choose a plain word such as parameters");
    }
    if (text.indexOf('\0') >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException(
          "png text "
              + keyword
              + ": Unicode text without U+0000 and without unpaired surrogates; got one of these — "
              + "remove it");
    }
  }

  /** What is wrong with a keyword, or null. */
  static @Nullable String keywordFault(String keyword) {
    Objects.requireNonNull(keyword, "keyword");
    if (keyword.isEmpty() || keyword.length() > MAX_KEYWORD) {
      return keyword.length() + " characters";
    }
    for (int i = 0; i < keyword.length(); i++) {
      char c = keyword.charAt(i);
      boolean printable = c >= 0x20 && c <= 0x7e || c >= 0xa1 && c <= 0xff;
      if (!printable) {
        return "character U+%04X".formatted((int) c);
      }
      boolean end = i == 0 || i == keyword.length() - 1;
      if (c == ' ' && (end || keyword.charAt(i + 1) == ' ')) {
        return "\"" + keyword + "\"";
      }
    }
    return null;
  }

  boolean isLatin1() {
    return StandardCharsets.ISO_8859_1.newEncoder().canEncode(text);
  }
}
