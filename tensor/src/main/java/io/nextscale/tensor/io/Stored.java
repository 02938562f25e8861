package io.nextscale.tensor.io;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the elements of one tensor lie in a file: element (i, j, …) of {@code type} starts at byte
 * {@code offset + (i * strides[0] + j * strides[1] + …) * type.sizeBytes()}.
 *
 * <p>Strides may leave gaps, overlap, repeat elements (0) or order the axes anyhow, as views do.
 * {@link #check} has made sure that every element is inside the part of the file it belongs to.
 *
 * @param checksum what the file records about the bytes around, when it does
 */
record Stored(
    ElementType type,
    List<Long> extents,
    List<Long> strides,
    long offset,
    @Nullable Checksum checksum) {

  /** Leaves room to multiply by the width of an element and to add an offset. */
  private static final long MAX_ELEMENTS = 1L << 56;

  /** More axes than any tensor has; PyTorch's own limit. */
  static final int MAX_RANK = 64;

  Stored {
    extents = List.copyOf(extents);
    strides = List.copyOf(strides);
  }

  /** Elements without gaps in row-major order. */
  static Stored contiguous(
      ElementType type, List<Long> extents, long offset, @Nullable Checksum checksum) {
    return new Stored(type, extents, rowMajor(extents), offset, checksum);
  }

  /** Rows {@code from .. to - 1} of a tensor with an axis at least. */
  Stored rows(long from, long to) {
    List<Long> rows = new ArrayList<>(extents);
    rows.set(0, to - from);
    long start = offset + from * strides.getFirst() * type.sizeBytes();
    return new Stored(type, rows, strides, start, checksum);
  }

  /** The strides of row-major order: the product of the extents that follow. */
  static List<Long> rowMajor(List<Long> extents) {
    List<Long> strides = new ArrayList<>(extents);
    long stride = 1;
    for (int axis = extents.size() - 1; axis >= 0; axis--) {
      strides.set(axis, stride);
      stride *= Math.max(1, extents.get(axis));
    }
    return strides;
  }

  /** The number of elements. */
  long elements() {
    long product = 1;
    for (long extent : extents) {
      product *= extent;
    }
    return product;
  }

  /**
   * The number of elements of claimed extents.
   *
   * @throws FileFormatException when an extent is negative, there are too many, or the product of
   *     them is beyond any file
   */
  static long elements(String source, String name, List<Long> extents) throws FileFormatException {
    if (extents.size() > MAX_RANK) {
      throw refused(source, name, "at most " + MAX_RANK + " extents", extents.size() + "");
    }
    // Zero extents do not excuse absurd others: strides are products of them.
    long product = 1;
    boolean empty = false;
    for (long extent : extents) {
      if (extent < 0 || extent > MAX_ELEMENTS / product) {
        throw refused(
            source, name, "extents of at least 0 and up to 2^56 elements", extents.toString());
      }
      product *= Math.max(1, extent);
      empty |= extent == 0;
    }
    return empty ? 0 : product;
  }

  /**
   * Checks that elements {@code first + Σ index * stride} lie in 0 .. available-1.
   *
   * @throws FileFormatException when a stride is negative or an element lies outside
   */
  static void check(
      String source,
      String name,
      List<Long> extents,
      List<Long> strides,
      long first,
      long available)
      throws FileFormatException {
    if (strides.size() != extents.size()) {
      throw refused(
          source,
          name,
          "one stride per extent",
          "extents " + extents + " and strides " + FileFormatException.quote(strides.toString()));
    }
    boolean empty = elements(source, name, extents) == 0;
    long last = first;
    boolean inside = first >= 0 && first <= available;
    for (int axis = 0; axis < extents.size() && inside; axis++) {
      long stride = strides.get(axis);
      if (stride < 0) {
        throw refused(source, name, "strides of at least 0", strides.toString());
      }
      long steps = Math.max(0, extents.get(axis) - 1);
      inside = steps == 0 || stride <= (available - last) / steps;
      last += inside ? steps * stride : 0;
    }
    if (!empty && !(inside && last < available)) {
      throw refused(
          source,
          name,
          "elements within its storage of " + available,
          "extents " + extents + ", strides " + strides + " from element " + first);
    }
  }

  private static FileFormatException refused(
      String source, String name, String expected, String got) {
    return new FileFormatException(
        source,
        "tensor '" + FileFormatException.quote(name) + "' with " + expected,
        got,
        "the file is damaged: download or save it again");
  }
}
