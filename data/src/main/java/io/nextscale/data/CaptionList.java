package io.nextscale.data;

import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Captions as text: a list of pictures in JSON, one object a line, or plain lines beside a picture.
 *
 * <pre>{@code
 * {"image": "a/b.png", "caption": "a red circle"}
 * {"image": "a/c.png", "captions": ["two squares", "a pair of squares"], "class": "squares"}
 * }</pre>
 *
 * <p>{@code file_name} and {@code text}, the names of the Hub's image folders, mean {@code image}
 * and {@code caption}. Other members are ignored; lines about the same picture are joined.
 */
final class CaptionList {

  /** The largest list. */
  static final int MAX_LIST_BYTES = 512 << 20;

  /** What some editors put before the first letter. */
  private static final String BYTE_ORDER_MARK = "\ufeff";

  /** The longest line of a list. */
  static final int MAX_LINE_BYTES = 1 << 20;

  /** What a list says about a picture; {@code category} is empty when it does not say. */
  record Line(String image, List<String> captions, String category) {}

  private CaptionList() {}

  /**
   * The lines of a list, in order of the first mention of each picture.
   *
   * @throws FileFormatException when a line is not such an object, names a picture outside of the
   *     folder, or contradicts another; the message has its number
   */
  static List<Line> read(FileTree tree, String list) throws IOException {
    return parse(tree.full(list), tree.read(list, MAX_LIST_BYTES));
  }

  static List<Line> parse(String source, byte[] bytes) throws FileFormatException {
    Map<String, Line> lines = new LinkedHashMap<>(); // captions can grow while they are here
    int number = 1;
    for (int from = 0; from < bytes.length; number++) {
      int to = from;
      while (to < bytes.length && bytes[to] != '\n') {
        to++;
      }
      String where = source + ", line " + number;
      if (to - from > MAX_LINE_BYTES) {
        throw new FileFormatException(
            where, "at most " + MAX_LINE_BYTES + " bytes", to - from + "", "one picture a line");
      }
      byte[] line = Arrays.copyOfRange(bytes, from, to);
      if (!blank(line)) {
        Line read = line(where, Json.parse(where, line));
        Line earlier = lines.putIfAbsent(read.image(), read);
        if (earlier != null) {
          earlier.captions().addAll(read.captions());
          lines.put(
              read.image(),
              new Line(read.image(), earlier.captions(), category(where, earlier, read)));
        }
      }
      from = to + 1;
    }
    return List.copyOf(lines.values());
  }

  private static boolean blank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  private static Line line(String where, Json json) throws FileFormatException {
    String image = text(where, json, "image", "file_name");
    if (!FileTree.inside(image)) {
      throw new FileFormatException(
          where,
          "\"image\": the path of a picture below the folder of the list",
          FileFormatException.quote(json.write()),
          "paths are relative, with /, and do not lead out");
    }
    List<String> captions = new ArrayList<>();
    Json several = json.at("captions").orElse(new Json.Arr(List.of()));
    if (!(several instanceof Json.Arr(List<Json> items))) {
      throw wrong(where, "captions", "a list of texts", several);
    }
    captions.add(text(where, json, "caption", "text"));
    for (Json item : items) {
      if (!(item instanceof Json.Str(String caption))) {
        throw wrong(where, "captions", "a list of texts", item);
      }
      captions.add(caption);
    }
    captions.replaceAll(String::strip);
    captions.removeIf(String::isEmpty);
    return new Line(image, captions, text(where, json, "class", "class"));
  }

  /** The text of a member that has one of two names, or "". */
  private static String text(String where, Json json, String name, String synonym)
      throws FileFormatException {
    Optional<Json> value = json.at(name).or(() -> json.at(synonym));
    return switch (value.orElse(Json.Null.NULL)) {
      case Json.Str(String text) -> text;
      case Json.Null none -> "";
      case Json other -> throw wrong(where, name, "text", other);
    };
  }

  private static FileFormatException wrong(String where, String name, String expected, Json got) {
    return new FileFormatException(
        where,
        "{\"image\": \"a/b.png\", \"caption\": \"…\"} with " + expected + " as \"" + name + "\"",
        FileFormatException.quote(got.write()));
  }

  private static String category(String where, Line a, Line b) throws FileFormatException {
    if (!a.category().isEmpty() && !b.category().isEmpty() && !a.category().equals(b.category())) {
      throw new FileFormatException(
          where,
          FileFormatException.quote(a.image()) + " in one class",
          FileFormatException.quote(a.category() + " and " + b.category()));
    }
    return a.category().isEmpty() ? b.category() : a.category();
  }

  /**
   * The captions of a plain text, one a line; empty lines do not count.
   *
   * @throws FileFormatException when it is not UTF-8
   */
  static List<String> lines(String source, byte[] utf8) throws FileFormatException {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      String marked = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
      return marked.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    } catch (CharacterCodingException e) {
      throw new FileFormatException(
          source, "captions in UTF-8", "bytes that are not", "save it as UTF-8");
    }
  }
}
