package io.nextscale.tensor.io;

import java.io.IOException;

/**
 * A file that is not what it should be. The message reads {@code read <file>: <expected>; got
 * <found> — <what to do>}.
 */
public final class FileFormatException extends IOException {

  private static final long serialVersionUID = 1L;

  /** The longest piece of a file that a message repeats. */
  private static final int QUOTED = 80;

  /** A message that is already complete. */
  public FileFormatException(String message) {
    super(message);
  }

  /** {@code read <source>: <expected>; got <got>}. */
  public FileFormatException(String source, String expected, String got) {
    super("read " + source + ": " + expected + "; got " + got);
  }

  /** {@code read <source>: <expected>; got <got> — <remedy>}. */
  public FileFormatException(String source, String expected, String got, String remedy) {
    super("read " + source + ": " + expected + "; got " + got + " — " + remedy);
  }

  /**
   * Text from a file as a message may show it: shortened to 80 characters, with everything that
   * could steer a terminal written as {@code \}{@code u001b}.
   */
  public static String quote(String text) {
    StringBuilder out = new StringBuilder();
    int length = Math.min(text.length(), QUOTED);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < 0x20 || (c >= 0x7f && c < 0xa0) || Character.isSurrogate(c) || isBidi(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return length < text.length() ? out + "…" : out.toString();
  }

  private static boolean isBidi(char c) {
    return (c >= 0x200e && c <= 0x200f)
        || (c >= 0x2028 && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069);
  }
}
