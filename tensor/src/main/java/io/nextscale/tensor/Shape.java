package io.nextscale.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The extents of a tensor, slowest axis first; elements are stored row-major and contiguous.
 *
 * <p>Axes may be counted from the end: {@code dim(-1)} is the last extent. Extents may be zero; the
 * number of elements fits an {@code int}, because a tensor lives in one Java array.
 */
public final class Shape {

  private final int[] extents;
  private final int size;

  private Shape(int[] extents) {
    long product = 1;
    for (int extent : extents) {
      if (extent < 0) {
        throw new ShapeException("shape: extents of at least 0; got " + text(extents));
      }
      product *= extent;
      if (product > Integer.MAX_VALUE - 8) {
        throw new ShapeException(
            "shape: fewer than 2^31 - 8 elements (one Java array); got " + text(extents));
      }
    }
    this.extents = extents;
    this.size = (int) product;
  }

  /** A shape of the given extents; none at all is the shape of a scalar. */
  public static Shape of(int... extents) {
    return new Shape(extents.clone());
  }

  /** The number of axes. */
  public int rank() {
    return extents.length;
  }

  /** The number of elements, the product of all extents. */
  public int size() {
    return size;
  }

  /**
   * The extent of one axis.
   *
   * @param axis 0 .. rank-1, or -rank .. -1 counted from the end
   */
  public int dim(int axis) {
    return extents[axis(axis)];
  }

  /** All extents, a copy. */
  public int[] dims() {
    return extents.clone();
  }

  /** The axis counted from the front, 0 .. rank-1. */
  public int axis(int axis) {
    int fromFront = axis < 0 ? axis + extents.length : axis;
    if (fromFront < 0 || fromFront >= extents.length) {
      throw new ShapeException(
          "axis: one of " + extents.length + " axes; got " + axis + " of " + this);
    }
    return fromFront;
  }

  /** The number of elements on the axes {@code from} (inclusive) to {@code to} (exclusive). */
  public int size(int from, int to) {
    int product = 1;
    for (int i = from; i < to; i++) {
      product *= extents[i];
    }
    return product;
  }

  /** This shape with another extent on one axis. */
  public Shape with(int axis, int extent) {
    int[] changed = extents.clone();
    changed[axis(axis)] = extent;
    return new Shape(changed);
  }

  /** This shape without its first {@code count} axes. */
  public Shape dropFirst(int count) {
    return new Shape(Arrays.copyOfRange(extents, count, extents.length));
  }

  /** This shape without its last {@code count} axes. */
  public Shape dropLast(int count) {
    return new Shape(Arrays.copyOfRange(extents, 0, extents.length - count));
  }

  /** This shape followed by more axes. */
  public Shape append(int... more) {
    int[] all = Arrays.copyOf(extents, extents.length + more.length);
    System.arraycopy(more, 0, all, extents.length, more.length);
    return new Shape(all);
  }

  /**
   * The shape both operands are repeated to: axes are matched from the last, and an extent of 1 (or
   * a missing axis) stretches. Returns null when they do not match.
   *
   * @see <a href="https://numpy.org/doc/stable/user/basics.broadcasting.html">NumPy's rule</a>
   */
  public static @org.jspecify.annotations.Nullable Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    int[] out = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int x = i <= a.rank() ? a.extents[a.rank() - i] : 1;
      int y = i <= b.rank() ? b.extents[b.rank() - i] : 1;
      if (x != y && x != 1 && y != 1) {
        return null;
      }
      out[rank - i] = x == 1 ? y : x;
    }
    return new Shape(out);
  }

  /** Whether this stretches to the other shape by {@link #broadcast}. */
  public boolean stretchesTo(Shape other) {
    Shape common = broadcast(this, other);
    return common != null && common.equals(other);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape s && Arrays.equals(extents, s.extents);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(extents);
  }

  /** For example {@code (2, 680, 1024)}; a scalar is {@code ()}. */
  @Override
  public String toString() {
    return text(extents);
  }

  private static String text(int[] extents) {
    return Arrays.stream(extents)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
