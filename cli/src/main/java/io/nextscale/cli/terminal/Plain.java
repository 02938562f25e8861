package io.nextscale.cli.terminal;

/**
 * Text from files, made safe to show: it cannot move the cursor, colour the screen or turn text.
 */
public final class Plain {

  private Plain() {}

  /**
   * The text with control characters and marks of writing direction written as {@code \}{@code
   * u001b}; line ends and tabs stay.
   */
  public static String text(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean control = c < 0x20 && c != '\n' && c != '\t' || c >= 0x7f && c < 0xa0;
      boolean turns =
          c >= 0x200e && c <= 0x200f || c >= 0x2028 && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
      if (control || turns) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
