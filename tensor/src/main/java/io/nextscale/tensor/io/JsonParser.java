package io.nextscale.tensor.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Reads one JSON text by recursive descent: one method per rule of RFC 8259. */
final class JsonParser {

  /** Deep enough for any configuration, shallow enough for any stack. */
  private static final int MAX_DEPTH = 64;

  /** A value takes some 50 bytes, so a hostile text of a few megabytes cannot fill a heap. */
  private static final int MAX_VALUES = 4_000_000;

  /** A double is decided by fewer than 800 digits; longer literals only cost time. */
  private static final int MAX_NUMBER = 1_100;

  private final String source;
  private final String text;
  private int at;
  private int values;

  JsonParser(String source, String text) {
    this.source = source;
    this.text = text;
  }

  Json parse() throws FileFormatException {
    skipSpace();
    Json value = value(0);
    skipSpace();
    if (at < text.length()) {
      throw unexpected("the end of the JSON text");
    }
    return value;
  }

  private Json value(int depth) throws FileFormatException {
    if (depth > MAX_DEPTH) {
      throw refused("JSON nested at most " + MAX_DEPTH + " deep", "deeper nesting");
    }
    if (++values > MAX_VALUES) {
      throw refused("at most " + MAX_VALUES + " JSON values", "more");
    }
    if (at == text.length()) {
      throw unexpected("a JSON value");
    }
    return switch (text.charAt(at)) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> new Json.Str(string());
      case 't' -> word("true", new Json.Bool(true));
      case 'f' -> word("false", new Json.Bool(false));
      case 'n' -> word("null", Json.Null.NULL);
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> throw unexpected("a JSON value");
    };
  }

  private Json object(int depth) throws FileFormatException {
    LinkedHashMap<String, Json> members = new LinkedHashMap<>();
    at++;
    skipSpace();
    if (skip('}')) {
      return new Json.Obj(members);
    }
    do {
      skipSpace();
      if (at == text.length() || text.charAt(at) != '"') {
        throw unexpected("a member name in quotes");
      }
      String name = string();
      skipSpace();
      expect(':', "':'");
      skipSpace();
      if (members.put(name, value(depth + 1)) != null) {
        throw refused(
            "each name once per object", "'" + FileFormatException.quote(name) + "' twice");
      }
      skipSpace();
    } while (skip(','));
    expect('}', "',' or '}'");
    return new Json.Obj(members);
  }

  private Json array(int depth) throws FileFormatException {
    List<Json> items = new ArrayList<>();
    at++;
    skipSpace();
    if (skip(']')) {
      return new Json.Arr(items);
    }
    do {
      skipSpace();
      items.add(value(depth + 1));
      skipSpace();
    } while (skip(','));
    expect(']', "',' or ']'");
    return new Json.Arr(items);
  }

  private Json word(String word, Json value) throws FileFormatException {
    if (!text.startsWith(word, at)) {
      throw unexpected("a JSON value");
    }
    at += word.length();
    return value;
  }

  private Json number() throws FileFormatException {
    int start = at;
    skip('-');
    if (!skip('0') && digits() == 0) {
      throw unexpected("a digit");
    }
    boolean whole = true;
    if (skip('.')) {
      whole = false;
      if (digits() == 0) {
        throw unexpected("a digit after the point");
      }
    }
    if (skip('e') || skip('E')) {
      whole = false;
      if (!skip('+')) {
        skip('-');
      }
      if (digits() == 0) {
        throw unexpected("a digit in the exponent");
      }
    }
    if (at - start > MAX_NUMBER) {
      throw refused(
          "numbers of at most " + MAX_NUMBER + " digits", (at - start) + " characters of one");
    }
    String literal = text.substring(start, at);
    if (whole && literal.length() <= 20 && !literal.equals("-0")) {
      try {
        return new Json.Int(Long.parseLong(literal));
      } catch (NumberFormatException tooLong) {
        // 2^63 and more: a double, as for most readers of JSON.
      }
    }
    double value = Double.parseDouble(literal);
    if (Double.isInfinite(value)) {
      throw refused("numbers up to 1.8e308", FileFormatException.quote(literal));
    }
    return new Json.Real(value);
  }

  private int digits() {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at - start;
  }

  private String string() throws FileFormatException {
    int start = ++at;
    int end = start;
    while (end < text.length() && isPlain(text.charAt(end))) {
      end++;
    }
    if (end < text.length() && text.charAt(end) == '"') { // most strings have no escapes
      at = end + 1;
      return wellFormed(text.substring(start, end));
    }
    StringBuilder out = new StringBuilder(text.substring(start, end));
    at = end;
    while (true) {
      if (at == text.length()) {
        throw unexpected("a closing quote");
      }
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        return wellFormed(out.toString());
      } else if (c == '\\') {
        at++;
        out.append(escape());
      } else if (c < 0x20) {
        throw unexpected("control characters escaped");
      } else {
        out.append(c);
        at++;
      }
    }
  }

  private static boolean isPlain(char c) {
    return c != '"' && c != '\\' && c >= 0x20;
  }

  private char escape() throws FileFormatException {
    if (at == text.length()) {
      throw unexpected("an escaped character");
    }
    char c = text.charAt(at++);
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          int digit = at < text.length() ? hexDigit(text.charAt(at)) : -1;
          if (digit < 0) {
            throw unexpected("four hexadecimal digits");
          }
          code = code << 4 | digit;
          at++;
        }
        yield (char) code;
      }
      default -> {
        at--;
        throw unexpected("one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
      }
    };
  }

  private static int hexDigit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }

  private String wellFormed(String value) throws FileFormatException {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isSurrogate(c)) {
        if (i + 1 == value.length() || !Character.isSurrogatePair(c, value.charAt(i + 1))) {
          throw refused("surrogates in pairs", "a single one");
        }
        i++;
      }
    }
    return value;
  }

  private void skipSpace() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return;
      }
      at++;
    }
  }

  private boolean skip(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char c, String expected) throws FileFormatException {
    if (!skip(c)) {
      throw unexpected(expected);
    }
  }

  private FileFormatException unexpected(String expected) {
    String got =
        at >= text.length()
            ? "the end of the text"
            : "'" + FileFormatException.quote(text.substring(at, at + 1)) + "'";
    return refused(expected, got);
  }

  private FileFormatException refused(String expected, String got) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < at && i < text.length(); i++) {
      column = text.charAt(i) == '\n' ? 1 : column + 1;
      line += text.charAt(i) == '\n' ? 1 : 0;
    }
    return new FileFormatException(
        source, expected, got + " at line " + line + ", column " + column, "mend the JSON there");
  }
}
