package io.nextscale.training;

/** Fields of comma-separated values (RFC 4180). */
public final class Csv {

  private Csv() {}

  /** A text as one field, in quotes where it needs them. */
  public static String quoted(String text) {
    return text.matches("[\\w .:/-]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
