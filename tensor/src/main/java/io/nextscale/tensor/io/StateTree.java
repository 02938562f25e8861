package io.nextscale.tensor.io;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint holds, sorted: its tensors by full name, its dictionaries, and everything else
 * as JSON.
 *
 * <p>A full name joins the keys on the way with dots: {@code trainer.var_wo_ddp.head.weight}; items
 * of lists count from 0. In the JSON, dictionaries stay objects, lists, tuples and sets become
 * arrays, bytes become text with one character per byte; integers beyond 64 bits and numbers that
 * are not finite become text. Tensors are left out of objects, with the objects that held nothing
 * else, and are null in arrays.
 *
 * <p>An object may be reached on several ways, and may contain itself. Depth and the number of
 * visits are bounded, so neither a cycle nor a list of lists of the same list grows beyond what the
 * pickle itself could have written out.
 */
final class StateTree {

  /** Below the depth that JSON may have, so that every tree can be written. */
  private static final int MAX_DEPTH = 60;

  private static final int MAX_NAME = 1024;
  private static final long FREE_VISITS = 100_000;
  private static final long VISITS_PER_STEP = 4;
  private static final long LETTERS_PER_VISIT = 16;

  /** The way to an object; names are made of it only where there is something to name. */
  private record Path(@Nullable Path parent, String key) {}

  private final String source;
  private final SequencedMap<String, Pickled.View> tensors = new LinkedHashMap<>();
  private final SequencedSet<String> groups = new LinkedHashSet<>();
  private Json.Obj values = new Json.Obj(new LinkedHashMap<>());
  private long visits;
  private long letters;

  private StateTree(String source, long visits) {
    this.source = source;
    this.visits = visits;
    this.letters = LETTERS_PER_VISIT * visits;
  }

  /**
   * @param root the object a pickle describes
   * @param work the steps it took to build
   */
  static StateTree of(String source, Object root, long work) throws FileFormatException {
    StateTree tree = new StateTree(source, FREE_VISITS + VISITS_PER_STEP * work);
    Path path = root instanceof Pickled.View ? new Path(null, TensorFile.ONLY) : null;
    if (tree.visit(root, path, 0) instanceof Json.Obj object) {
      tree.values = object;
    }
    return tree;
  }

  SequencedMap<String, Pickled.View> tensors() {
    return tensors;
  }

  SequencedSet<String> groups() {
    return groups;
  }

  Json.Obj values() {
    return values;
  }

  /** The JSON of an object, or null when it is a tensor, or a dictionary of tensors only. */
  private @Nullable Json visit(Object object, @Nullable Path path, int depth)
      throws FileFormatException {
    if (depth > MAX_DEPTH) {
      throw refused("objects nested at most " + MAX_DEPTH + " deep", "deeper nesting, or a cycle");
    }
    if (--visits < 0) {
      throw repeated();
    }
    return switch (object) {
      case Pickled.View view -> {
        String name = name(path);
        if (tensors.put(name, view) != null) {
          throw refused("tensor names once", "'" + FileFormatException.quote(name) + "' twice");
        }
        yield null;
      }
      case Pickled.Dictionary dictionary -> dictionary(dictionary, path, depth);
      case Pickled.Items items -> {
        List<Json> list = new ArrayList<>();
        for (Object item : items.values()) {
          Json value = visit(item, new Path(path, list.size() + ""), depth + 1);
          list.add(value == null ? Json.Null.NULL : value);
        }
        yield new Json.Arr(list);
      }
      case Pickled.None none -> Json.Null.NULL;
      case Boolean b -> new Json.Bool(b);
      case Long n -> new Json.Int(n);
      case Double x when !Double.isNaN(x) && !Double.isInfinite(x) -> new Json.Real(x);
      case byte[] bytes -> new Json.Str(new String(bytes, StandardCharsets.ISO_8859_1));
      default -> new Json.Str(text(object));
    };
  }

  private @Nullable Json dictionary(Pickled.Dictionary dictionary, @Nullable Path path, int depth)
      throws FileFormatException {
    if (path != null) {
      groups.add(name(path));
    }
    LinkedHashMap<String, Json> members = new LinkedHashMap<>();
    for (Map.Entry<Object, Object> entry : dictionary.entries().entrySet()) {
      String key = text(entry.getKey());
      Json value = visit(entry.getValue(), new Path(path, key), depth + 1);
      if (value != null && members.put(key, value) != null) {
        throw refused("keys once", "'" + FileFormatException.quote(key) + "' twice");
      }
    }
    boolean tensorsOnly = members.isEmpty() && !dictionary.entries().isEmpty();
    return tensorsOnly ? null : new Json.Obj(members);
  }

  /** The keys on the way, joined. */
  private String name(@Nullable Path path) throws FileFormatException {
    int length = -1;
    for (Path p = path; p != null; p = p.parent) {
      length += 1 + Math.min(p.key.length(), MAX_NAME);
    }
    if (length > MAX_NAME) {
      throw refused("names of at most " + MAX_NAME + " characters", "a longer one");
    }
    letters -= length;
    if (letters < 0) {
      throw repeated();
    }
    StringBuilder name = new StringBuilder();
    for (Path p = path; p != null; p = p.parent) {
      name.insert(0, p.key).insert(0, p.parent == null ? "" : ".");
    }
    return name.toString();
  }

  private static String text(Object key) {
    return switch (key) {
      case Boolean b -> b ? "True" : "False";
      case Pickled.None none -> "None";
      case Double x when Double.isNaN(x) -> "nan";
      case Double x when Double.isInfinite(x) -> x > 0 ? "inf" : "-inf";
      default -> key.toString(); // text, numbers, names such as torch.float32
    };
  }

  private FileFormatException repeated() {
    return refused("objects written out", "a pickle that repeats the same lists over and over");
  }

  private FileFormatException refused(String expected, String got) {
    return new FileFormatException(source, expected, got, "re-save it as a plain state dict");
  }
}
