package io.nextscale.tensor.io;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value (RFC 8259): an immutable tree that can always be written and read back unchanged.
 *
 * <p>Numbers keep their kind: a literal without fraction and exponent that fits a {@code long} is
 * an {@link Int}, every other one a {@link Real}. Members keep their order.
 *
 * <pre>{@code
 * Json config = Json.parse("config.json", text);
 * if (config.at("model", "depth").orElse(null) instanceof Json.Int(long depth)) { ... }
 * String text = Json.of(Map.of("depth", 16)).write();
 * }</pre>
 */
public sealed interface Json {

  /** Members by name, in the order of the text. */
  record Obj(SequencedMap<String, Json> members) implements Json {
    /** Copies {@code members}; names must be well-formed Unicode. */
    public Obj {
      members.keySet().forEach(Json::checkText);
      members = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(members));
    }
  }

  /** Values in order. */
  record Arr(List<Json> items) implements Json {
    /** Copies {@code items}. */
    public Arr {
      items = List.copyOf(items);
    }
  }

  /** Text. */
  record Str(String value) implements Json {
    /** Unpaired surrogates are refused: they have no encoding. */
    public Str {
      checkText(value);
    }
  }

  /** A whole number. */
  record Int(long value) implements Json {}

  /** A number with a fraction, an exponent, or more digits than a {@code long} holds. */
  record Real(double value) implements Json {
    /** JSON has no infinities and no NaN. */
    public Real {
      if (Double.isNaN(value) || Double.isInfinite(value)) {
        throw new IllegalArgumentException("json: a finite number; got " + value);
      }
    }
  }

  /** {@code true} or {@code false}. */
  record Bool(boolean value) implements Json {}

  /** {@code null}. */
  enum Null implements Json {
    /** The only one. */
    NULL
  }

  /**
   * The value of a text.
   *
   * @param source what the text is, for messages: {@code config.json}
   * @throws FileFormatException when the text is not one JSON value: nothing is tolerated that RFC
   *     8259 does not allow, a name may occur once per object, values nest at most 64 deep, and
   *     there are at most four million of them
   */
  static Json parse(String source, String text) throws FileFormatException {
    return new JsonParser(source, text).parse();
  }

  /**
   * The value of UTF-8 bytes; like {@link #parse(String, String)}, and bytes that are not UTF-8 are
   * refused as well.
   */
  static Json parse(String source, byte[] utf8) throws FileFormatException {
    return parse(source, Utf8.decode(source, utf8));
  }

  /**
   * The value for Java's own types: null, booleans, numbers, text, maps with text as names,
   * collections, and {@code Json} itself.
   *
   * @throws IllegalArgumentException for anything else
   */
  static Json of(@Nullable Object value) {
    return switch (value) {
      case null -> Null.NULL;
      case Json json -> json;
      case Boolean b -> new Bool(b);
      case Byte n -> new Int(n);
      case Short n -> new Int(n);
      case Integer n -> new Int(n);
      case Long n -> new Int(n);
      case Float x -> new Real(x);
      case Double x -> new Real(x);
      case CharSequence s -> new Str(s.toString());
      case Map<?, ?> map -> {
        LinkedHashMap<String, Json> members = new LinkedHashMap<>();
        map.forEach((name, member) -> members.put(String.valueOf(name), of(member)));
        yield new Obj(members);
      }
      case Collection<?> items -> {
        List<Json> list = new ArrayList<>(items.size());
        items.forEach(item -> list.add(of(item)));
        yield new Arr(list);
      }
      default ->
          throw new IllegalArgumentException(
              "json: null, boolean, number, text, map or collection; got " + value.getClass());
    };
  }

  /** The value below this one that member names lead to, when every name is there. */
  default Optional<Json> at(String... names) {
    Json value = this;
    for (String name : names) {
      Json member = value instanceof Obj object ? object.members().get(name) : null;
      if (member == null) {
        return Optional.empty();
      }
      value = member;
    }
    return Optional.of(value);
  }

  /** The text in one line, without spaces. */
  default String write() {
    return JsonWriter.write(this, false);
  }

  /**
   * The text with one member per line, indented by two spaces; a list of scalars takes one line.
   */
  default String writeIndented() {
    return JsonWriter.write(this, true);
  }

  private static void checkText(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (i + 1 == text.length() || !Character.isSurrogatePair(c, text.charAt(i + 1))) {
          throw new IllegalArgumentException("json: text in pairs of surrogates; got a single one");
        }
        i++;
      }
    }
  }
}
