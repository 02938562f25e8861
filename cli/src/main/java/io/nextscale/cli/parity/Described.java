package io.nextscale.cli.parity;

import io.nextscale.tensor.io.FileFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the manifest says about a file in words, and the parameters that stand in it: {@code sampled
 * with top_k=12, top_p=0.9}.
 *
 * @param path the file
 * @param text its description
 */
record Described(String path, String text) {

  private static final String NUMBER = "[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?";

  /** The number after {@code name=}. */
  double number(String name) throws FileFormatException {
    String number = find("\\b" + Pattern.quote(name) + "=(" + NUMBER + ")", name + "=");
    return GoldenFolder.number(path, number);
  }

  /** The number after {@code name=}, or what holds when that is not there. */
  double numberIn(String name, double otherwise) throws FileFormatException {
    return has(name) ? number(name) : otherwise;
  }

  /** The whole number after {@code name=}. */
  int integer(String name) throws FileFormatException {
    return (int) number(name);
  }

  /** Whether {@code name=} stands in it. */
  boolean has(String name) {
    return Pattern.compile("\\b" + Pattern.quote(name) + "=").matcher(text).find();
  }

  /** The whole numbers after {@code name=}: one, or a list in brackets. */
  List<Integer> integers(String name) throws FileFormatException {
    String found =
        find("\\b" + Pattern.quote(name) + "=(\\[[^\\]]*\\]|-?[0-9]+)", name + "= and numbers");
    return integersIn(found);
  }

  /** All whole numbers of a text. */
  static List<Integer> integersIn(String text) {
    List<Integer> numbers = new ArrayList<>();
    Matcher matcher = Pattern.compile("-?[0-9]+").matcher(text);
    while (matcher.find()) {
      numbers.add(Integer.parseInt(matcher.group()));
    }
    return numbers;
  }

  /** The first group of a pattern. */
  String find(String pattern, String inWords) throws FileFormatException {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    if (matcher.find()) {
      return matcher.group(1);
    }
    throw new FileFormatException(
        "manifest.json", "a description of " + path + " with " + inWords, "'" + text + "'");
  }
}
