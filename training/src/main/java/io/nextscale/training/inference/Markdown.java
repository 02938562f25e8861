package io.nextscale.training.inference;

import java.util.List;
import java.util.Locale;

/** A text that grows line by line. */
final class Markdown {

  private final StringBuilder text = new StringBuilder();

  /** One line, or several, as {@link String#format} makes them everywhere. */
  void say(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  /** The cells of a row but for what stands before the first: {@code a | b |}. */
  static String row(List<String> cells) {
    StringBuilder row = new StringBuilder();
    cells.forEach(cell -> row.append(' ').append(cell).append(" |"));
    return row.toString();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
