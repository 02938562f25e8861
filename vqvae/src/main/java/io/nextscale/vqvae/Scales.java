package io.nextscale.vqvae;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The grids of a token pyramid, coarse to fine. The tokens of all scales form one sequence, row by
 * row, small grids first; the last grid has the size of the feature map.
 *
 * @param sizes rows and columns of each grid, at least one
 */
public record Scales(List<Size> sizes) {

  /**
   * A grid.
   *
   * @param height its rows, at least 1
   * @param width its columns, at least 1
   */
  public record Size(int height, int width) {
    /** Checks that there is a token. */
    public Size {
      if (height < 1 || width < 1) {
        throw new IllegalArgumentException(
            "scales: grids of at least 1x1; got " + height + "x" + width);
      }
    }

    /** How many tokens it has. */
    public int tokens() {
      return height * width;
    }

    /** For example {@code 13x13}. */
    @Override
    public String toString() {
      return height + "x" + width;
    }
  }

  /** Copies the sizes. */
  public Scales {
    sizes = List.copyOf(sizes);
    if (sizes.isEmpty()) {
      throw new IllegalArgumentException("scales: at least one; got none");
    }
  }

  /** Square grids of these sides. */
  public static Scales of(int... sides) {
    List<Size> sizes = new ArrayList<>();
    for (int side : sides) {
      sizes.add(new Size(side, side));
    }
    return new Scales(sizes);
  }

  /**
   * The published scales for square images.
   *
   * @param pixels 256, 512 or 1024
   */
  public static Scales forImage(int pixels) {
    return switch (pixels) {
      case 256 -> of(1, 2, 3, 4, 5, 6, 8, 10, 13, 16);
      case 512 -> of(1, 2, 3, 4, 6, 9, 13, 18, 24, 32);
      case 1024 -> of(1, 2, 3, 4, 5, 7, 9, 12, 16, 21, 27, 36, 48, 64);
      default ->
          throw new IllegalArgumentException(
              "scales: images of 256, 512 or 1024 pixels; got "
                  + pixels
                  + " — give the sides of the grids instead");
    };
  }

  /** How many there are, S. */
  public int count() {
    return sizes.size();
  }

  /** The grid of a scale. */
  public Size size(int scale) {
    return sizes.get(scale);
  }

  /** The finest grid. */
  public Size last() {
    return sizes.getLast();
  }

  /** The tokens of a scale. */
  public int tokens(int scale) {
    return sizes.get(scale).tokens();
  }

  /** The index of a scale's first token in the sequence. */
  public int begin(int scale) {
    int begin = 0;
    for (int s = 0; s < scale; s++) {
      begin += tokens(s);
    }
    return begin;
  }

  /** The index after a scale's last token. */
  public int end(int scale) {
    return begin(scale) + tokens(scale);
  }

  /** The tokens of all scales, L. */
  public int length() {
    return end(count() - 1);
  }

  /** Whether every grid has as many rows as columns. */
  public boolean square() {
    return sizes.stream().allMatch(size -> size.height() == size.width());
  }

  /** The first scales only. */
  public Scales first(int count) {
    return new Scales(sizes.subList(0, count));
  }

  /** For each token of the sequence the scale it belongs to, L numbers. */
  public int[] levels() {
    int[] levels = new int[length()];
    for (int s = 0; s < count(); s++) {
      java.util.Arrays.fill(levels, begin(s), end(s), s);
    }
    return levels;
  }

  /** For example {@code 1x1, 2x2, 3x3}. */
  /** A scale by the size of its grid, {@code 8x8}; the second of the same size is {@code 8x8.2}. */
  public String name(int scale) {
    Size size = sizes.get(scale);
    long before = sizes.subList(0, scale).stream().filter(size::equals).count();
    return before == 0 ? size.toString() : size + "." + (before + 1);
  }

  @Override
  public String toString() {
    return sizes.stream().map(Size::toString).collect(Collectors.joining(", "));
  }
}
