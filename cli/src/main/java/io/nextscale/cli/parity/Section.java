package io.nextscale.cli.parity;

import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * An object of the manifest with its place, so that a member that is missing or of another kind is
 * reported by its full name.
 *
 * @param place for messages: {@code manifest.json vars.var}
 * @param members by name
 */
record Section(String place, SequencedMap<String, Json> members) {

  /** The section that a value is. */
  static Section of(String place, @Nullable Json value) throws FileFormatException {
    if (value instanceof Json.Obj(SequencedMap<String, Json> members)) {
      return new Section(place, members);
    }
    throw new FileFormatException(place, "an object", found(value));
  }

  /** Whether a member is there. */
  boolean has(String name) {
    return members.containsKey(name);
  }

  /** The member as a section of its own. */
  Section section(String name) throws FileFormatException {
    return of(place + "." + name, members.get(name));
  }

  /** The names of the members, in the order of the file. */
  List<String> names() {
    return List.copyOf(members.keySet());
  }

  /** A whole number. */
  int integer(String name) throws FileFormatException {
    return Math.toIntExact(whole(name, members.get(name)));
  }

  /** A whole number, or what holds when the member is missing. */
  int integer(String name, int otherwise) throws FileFormatException {
    return has(name) ? integer(name) : otherwise;
  }

  /** A whole number of 64 bits. */
  long wide(String name) throws FileFormatException {
    if (members.get(name) instanceof Json.Int(long value)) {
      return value;
    }
    throw unexpected(name, "a whole number", members.get(name));
  }

  /** A number. */
  double number(String name) throws FileFormatException {
    return switch (members.get(name)) {
      case Json.Int(long value) -> value;
      case Json.Real(double value) -> value;
      case null, default -> throw unexpected(name, "a number", members.get(name));
    };
  }

  /** A number, or what holds when the member is missing. */
  double number(String name, double otherwise) throws FileFormatException {
    return has(name) ? number(name) : otherwise;
  }

  /** Yes or no, or what holds when the member is missing. */
  boolean flag(String name, boolean otherwise) throws FileFormatException {
    Json value = members.get(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Json.Bool(boolean flag)) {
      return flag;
    }
    throw unexpected(name, "true or false", value);
  }

  /** Text. */
  String text(String name) throws FileFormatException {
    if (members.get(name) instanceof Json.Str(String text)) {
      return text;
    }
    throw unexpected(name, "text", members.get(name));
  }

  /** A list. */
  List<Json> list(String name) throws FileFormatException {
    if (members.get(name) instanceof Json.Arr(List<Json> items)) {
      return items;
    }
    throw unexpected(name, "a list", members.get(name));
  }

  /** A list of whole numbers. */
  int[] integers(String name) throws FileFormatException {
    List<Json> items = list(name);
    int[] values = new int[items.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.toIntExact(whole(name, items.get(i)));
    }
    return values;
  }

  /** A list of numbers. */
  double[] numbers(String name) throws FileFormatException {
    List<Json> items = list(name);
    double[] values = new double[items.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (items.get(i)) {
            case Json.Int(long value) -> value;
            case Json.Real(double value) -> value;
            default -> throw unexpected(name, "a list of numbers", items.get(i));
          };
    }
    return values;
  }

  /** A list of texts. */
  List<String> texts(String name) throws FileFormatException {
    List<String> texts = new ArrayList<>();
    for (Json item : list(name)) {
      if (!(item instanceof Json.Str(String text))) {
        throw unexpected(name, "a list of texts", item);
      }
      texts.add(text);
    }
    return texts;
  }

  private long whole(String name, @Nullable Json value) throws FileFormatException {
    if (value instanceof Json.Int(long number) && number == (int) number) {
      return number;
    }
    throw unexpected(name, "a whole number of at most 32 bits", value);
  }

  private FileFormatException unexpected(String name, String expected, @Nullable Json value) {
    return new FileFormatException(place + "." + name, expected, found(value));
  }

  private static String found(@Nullable Json value) {
    return switch (value) {
      case null -> "nothing";
      case Json.Obj(Map<String, Json> members) -> "an object of " + members.size() + " members";
      case Json.Arr(List<Json> items) -> "a list of " + items.size();
      default -> FileFormatException.quote(value.write());
    };
  }
}
