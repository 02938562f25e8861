package io.nextscale.tensor.io;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One line in the directory of a file: a tensor that can be loaded.
 *
 * @param extents slowest axis first; none for a scalar
 * @param rowScaled whether this is an {@link ElementType#I8} weight with one factor per row, which
 *     the file keeps beside it: see {@link TensorWriter}
 */
public record Entry(String name, ElementType type, List<Long> extents, boolean rowScaled) {

  private static final Collector<CharSequence, ?, String> COMMAS =
      Collectors.joining(", ", " (", ")");

  /** Copies {@code extents}. */
  public Entry {
    extents = List.copyOf(extents);
  }

  /** An entry for a tensor as it is in memory. */
  public static Entry of(String name, Shape shape, DType type) {
    List<Long> extents = Arrays.stream(shape.dims()).mapToObj(Long::valueOf).toList();
    return new Entry(name, ElementType.of(type), extents, type == DType.I8);
  }

  /** The number of elements; unlike {@link #shape} it has no limit. */
  public long elements() {
    long product = 1;
    for (long extent : extents) {
      product *= extent;
    }
    return product;
  }

  /** Bytes of the elements in the file, factors of rows not counted. */
  public long sizeBytes() {
    return elements() * type.sizeBytes();
  }

  /**
   * The extents as a shape.
   *
   * @throws ShapeException when one Java array cannot hold the elements
   */
  public Shape shape() {
    return Shape.of(extents.stream().mapToInt(e -> (int) Math.min(e, Integer.MAX_VALUE)).toArray());
  }

  /** The type of the tensor once loaded; null for the types that are only listed. */
  public @Nullable DType dtype() {
    return rowScaled ? DType.I8 : type.dtype();
  }

  /** For example {@code head.weight F32 (4096, 1024)}. */
  @Override
  public String toString() {
    return name + " " + type + extents.stream().map(String::valueOf).collect(COMMAS);
  }
}
