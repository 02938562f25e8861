package io.nextscale.tensor.io;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** The objects a pickle is made of, beside Java's own numbers, text and bytes. */
final class Pickled {

  private Pickled() {}

  /** Python's {@code None}. */
  enum None {
    /** The only one. */
    NONE
  }

  /**
   * A list, tuple or set. Lists may grow while the pickle runs, and may contain themselves, so they
   * are compared by identity.
   */
  static final class Items {
    private final List<Object> values;
    private final boolean tuple;

    Items(List<Object> values, boolean tuple) {
      this.values = values;
      this.tuple = tuple;
    }

    static Items tuple(List<Object> values) {
      return new Items(values, true);
    }

    List<Object> values() {
      return values;
    }

    boolean tuple() {
      return tuple;
    }
  }

  /** A dictionary in order of insertion; keys are those of {@link #isKey}. */
  static final class Dictionary {
    private final SequencedMap<Object, Object> entries;

    Dictionary(SequencedMap<Object, Object> entries) {
      this.entries = entries;
    }

    SequencedMap<Object, Object> entries() {
      return entries;
    }
  }

  /** One of the names that a pickle may use. */
  record Name(String module, String name) {
    @Override
    public String toString() {
      return module + "." + name;
    }
  }

  /**
   * The elements that tensors look at.
   *
   * @param type null for bytes without a type, which the tensor then names
   * @param key the name of the stored data in the file
   * @param first the element of the stored data at which this storage begins; views in old files
   * @param size in elements, or in bytes when there is no type
   * @param whole the size of the stored data, of which this is a part
   */
  record Storage(@Nullable ElementType type, String key, long first, long size, long whole) {
    /** Bytes per element: 1 when there is no type. */
    int width() {
      return type == null ? 1 : type.sizeBytes();
    }
  }

  /** A view of a storage: extents and strides in elements, from element {@code first} on. */
  record View(
      Storage storage, ElementType type, long first, List<Long> extents, List<Long> strides) {}

  /** Whether an object may be the key of a dictionary: text and numbers, compared by value. */
  static boolean isKey(Object key) {
    return switch (key) {
      case String s -> true;
      case Long n -> true;
      case BigInteger n -> true;
      case Double x -> true;
      case Boolean b -> true;
      case None n -> true;
      default -> false;
    };
  }

  /** What an object is, in words for a message. */
  static String describe(Object value) {
    return switch (value) {
      case None none -> "None";
      case String text -> "the text '" + FileFormatException.quote(text) + "'";
      case Boolean b -> b ? "True" : "False";
      case Long n -> n.toString();
      case BigInteger n -> "a number of " + n.bitLength() + " bits";
      case Double x -> x.toString();
      case byte[] bytes -> bytes.length + " bytes";
      case Items items ->
          (items.tuple ? "a tuple of " : "a list of ") + items.values.size() + " items";
      case Dictionary dictionary -> "a dictionary of " + dictionary.entries.size() + " entries";
      case View view -> "a tensor " + view.extents;
      case Storage storage -> "a storage";
      case Name name -> name.toString();
      default -> "an object";
    };
  }

  /** A copy of {@code values} as a list that may grow. */
  static Items list(List<Object> values) {
    return new Items(new ArrayList<>(values), false);
  }
}
