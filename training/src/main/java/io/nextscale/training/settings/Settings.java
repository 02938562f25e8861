package io.nextscale.training.settings;

import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Records of settings by name, as JSON and as text.
 *
 * <p>A component is a number, a truth value, a word, a list of whole numbers, or another record of
 * settings. The component {@code codeChannels} is called {@code code-channels}; names are unique
 * over all nested records.
 *
 * <pre>{@code
 * TokenizerSettings longer = Settings.with(settings, Map.of("steps", "20000"));
 * Json.Obj json = Settings.json(longer);     // {"pictures":{"size":64, …},"model":{…}, …}
 * }</pre>
 */
public final class Settings {

  /**
   * A single setting.
   *
   * @param name in lower case with hyphens
   * @param description for people
   * @param type {@code int}, {@code long}, {@code double}, {@code boolean}, {@code String} or
   *     {@code List}
   */
  public record Entry(String name, String description, Class<?> type) {}

  private Settings() {}

  /** All single settings of a kind of record, in order. */
  public static List<Entry> entries(Class<? extends Record> kind) {
    List<Entry> entries = new ArrayList<>();
    for (RecordComponent component : kind.getRecordComponents()) {
      if (component.getType().isRecord()) {
        entries.addAll(entries(component.getType().asSubclass(Record.class)));
      } else {
        Setting setting = component.getAnnotation(Setting.class);
        String description = setting == null ? "" : setting.value();
        entries.add(new Entry(name(component), description, component.getType()));
      }
    }
    return entries;
  }

  /** The settings as JSON, nested as the records are. */
  public static Json.Obj json(Record settings) {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    for (RecordComponent component : settings.getClass().getRecordComponents()) {
      Object value = value(settings, component);
      members.put(name(component), value instanceof Record inner ? json(inner) : Json.of(value));
    }
    return new Json.Obj(members);
  }

  /**
   * The settings that {@link #json} wrote; members of other names are passed over.
   *
   * @param source what the JSON is, for messages
   * @throws FileFormatException when one is missing or of another kind
   */
  public static <R extends Record> R parse(String source, Json.Obj json, Class<R> kind)
      throws FileFormatException {
    RecordComponent[] components = kind.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      Json member = json.members().get(name(components[i]));
      Object value = member == null ? null : value(source, member, components[i].getType());
      if (value == null) {
        throw new FileFormatException(
            source,
            name(components[i]) + " as " + expected(components[i].getType()),
            member == null ? "none" : FileFormatException.quote(member.write()));
      }
      values[i] = value;
    }
    try {
      return make(kind, values);
    } catch (IllegalArgumentException e) {
      throw new FileFormatException(source, "settings in their ranges", "" + e.getMessage());
    }
  }

  private static @Nullable Object value(String source, Json json, Class<?> type)
      throws FileFormatException {
    if (type.isRecord()) {
      return json instanceof Json.Obj inner
          ? parse(source, inner, type.asSubclass(Record.class))
          : null;
    }
    return switch (json) {
      case Json.Str(String text) when type == String.class -> text;
      case Json.Bool(boolean truth) when type == boolean.class -> truth;
      case Json.Int(long n) when type == long.class -> n;
      case Json.Int(long n) when type == int.class && n == (int) n -> (int) n;
      case Json.Int(long n) when type == double.class -> (double) n;
      case Json.Real(double x) when type == double.class -> x;
      case Json.Arr(List<Json> items) when type == List.class -> integers(items);
      default -> null;
    };
  }

  private static @Nullable List<Integer> integers(List<Json> items) {
    List<Integer> numbers = new ArrayList<>();
    for (Json item : items) {
      if (!(item instanceof Json.Int(long n)) || n != (int) n) {
        return null;
      }
      numbers.add((int) n);
    }
    return List.copyOf(numbers);
  }

  /**
   * The same settings with some changed.
   *
   * @param texts new values by name: {@code 1e-3}, {@code true}, {@code 1,2,4}
   * @throws IllegalArgumentException naming the flag when a text is no such value, or there is no
   *     setting of that name
   */
  public static <R extends Record> R with(R settings, Map<String, String> texts) {
    Map<String, String> left = new HashMap<>(texts);
    R changed = changed(settings, left);
    if (!left.isEmpty()) {
      throw new IllegalArgumentException("settings: known names; got " + left.keySet());
    }
    return changed;
  }

  @SuppressWarnings("unchecked") // the class of an R makes an R
  private static <R extends Record> R changed(R settings, Map<String, String> left) {
    RecordComponent[] components = settings.getClass().getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      Object old = value(settings, components[i]);
      String text = left.remove(name(components[i]));
      values[i] =
          old instanceof Record inner
              ? changed(inner, left)
              : text == null ? old : parse(name(components[i]), text, components[i].getType());
    }
    return (R) make(settings.getClass(), values);
  }

  private static Object parse(String name, String text, Class<?> type) {
    try {
      if (type == int.class) {
        return Integer.parseInt(text);
      } else if (type == long.class) {
        return Long.parseLong(text);
      } else if (type == double.class) {
        double value = Double.parseDouble(text);
        if (Double.isFinite(value)) {
          return value;
        }
      } else if (type == List.class) {
        return Arrays.stream(text.split(",")).map(Integer::parseInt).toList();
      } else if (type == String.class) {
        return text;
      } else if (text.equals("true") || text.equals("false")) {
        return text.equals("true");
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw new IllegalArgumentException(
        "--" + name + ": " + expected(type) + "; got " + FileFormatException.quote(text));
  }

  private static String expected(Class<?> type) {
    return switch (type.getSimpleName()) {
      case "int", "long" -> "a whole number";
      case "double" -> "a finite number";
      case "boolean" -> "true or false";
      case "List" -> "whole numbers with commas";
      default -> type.isRecord() ? "settings" : "a word";
    };
  }

  /** {@code codeChannels} as {@code code-channels}. */
  private static String name(RecordComponent component) {
    StringBuilder name = new StringBuilder();
    for (char c : component.getName().toCharArray()) {
      name.append(Character.isUpperCase(c) ? "-" + Character.toLowerCase(c) : c);
    }
    return name.toString();
  }

  private static Object value(Record settings, RecordComponent component) {
    try {
      return component.getAccessor().invoke(settings);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          "settings: a public record in an exported package; got " + settings.getClass(), e);
    }
  }

  private static <R extends Record> R make(Class<R> kind, Object... values) {
    Class<?>[] types =
        Arrays.stream(kind.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      return kind.getConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          "settings: a public record in an exported package; got " + kind, e);
    }
  }
}
