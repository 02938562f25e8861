package io.nextscale.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The 1000 classes of ImageNet by number, in the order of their WordNet ids.
 *
 * <p>Source of the names: anishathalye/imagenet-simple-labels (public domain).
 */
final class ClassNames {

  private static final List<String> NAMES = read();

  private static final int SUGGESTIONS = 6;

  private ClassNames() {}

  /** The name of a class, or its number where ImageNet has no such class. */
  static String name(int number) {
    return number >= 0 && number < NAMES.size() ? NAMES.get(number) : "class " + number;
  }

  /**
   * The number of a class.
   *
   * @param given a number below {@code classes}, or an ImageNet name in any case
   * @param classes how many classes the model knows
   * @throws UsageException naming close matches when there is no such class
   */
  static int number(String given, int classes) {
    String text = given.strip();
    if (text.matches("\\d{1,9}")) {
      int number = Integer.parseInt(text);
      if (number < classes) {
        return number;
      }
      throw new UsageException(
          "--class: a number from 0 to "
              + (classes - 1)
              + "; got "
              + text
              + " — the model knows "
              + classes
              + " classes");
    }
    String wanted = plain(text);
    if (classes == NAMES.size()) {
      for (int i = 0; i < NAMES.size(); i++) {
        if (plain(NAMES.get(i)).equals(wanted)) {
          return i;
        }
      }
    }
    throw new UsageException(
        "--class: a number from 0 to "
            + (classes - 1)
            + (classes == NAMES.size() ? " or a name of ImageNet" : "")
            + "; got \""
            + text
            + "\""
            + similar(wanted));
  }

  private static String similar(String wanted) {
    List<String> found = new ArrayList<>();
    for (String name : NAMES) {
      if (found.size() < SUGGESTIONS && !wanted.isEmpty() && plain(name).contains(wanted)) {
        found.add(NAMES.indexOf(name) + " " + name);
      }
    }
    return found.isEmpty()
        ? " — for example 207 or \"golden retriever\""
        : " — did you mean " + String.join(", ", found) + "?";
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", " ").strip();
  }

  private static List<String> read() {
    try (InputStream in = ClassNames.class.getResourceAsStream("imagenet-classes.txt")) {
      byte[] bytes = Objects.requireNonNull(in, "imagenet-classes.txt").readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
