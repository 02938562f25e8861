package io.nextscale.cli;

import io.nextscale.image.RgbImage;
import io.nextscale.var.EditMask;
import io.nextscale.vqvae.Scales;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The part of a picture that {@code --mask} names: a box, or the white part of another picture. */
sealed interface Mask {

  /** What is lighter than this, of 255, is white. */
  int WHITE = 128;

  /** Fractions of the picture. */
  record Box(double top, double left, double bottom, double right) implements Mask {}

  /** A picture that is cut as the one to be edited. */
  record Picture(RgbImage image) implements Mask {}

  /**
   * The mask as it is given.
   *
   * @param given four numbers, or the name of a file
   * @param original the picture to be edited, before it is cut
   * @throws UsageException when it is neither, or its sizes are not those of the picture
   */
  static Mask of(String given, RgbImage original) {
    if (given.matches("[0-9.eE+\\s-]+(,[0-9.eE+\\s-]+){3}")) {
      return box(given);
    }
    Path file = file(given);
    RgbImage image = Pictures.read("--mask", file);
    if (image.width() != original.width() || image.height() != original.height()) {
      throw new UsageException(
          "--mask: a picture of %d x %d as the one given by -i; got %d x %d"
              .formatted(original.width(), original.height(), image.width(), image.height()));
    }
    return new Picture(image);
  }

  private static Box box(String given) {
    try {
      List<Double> numbers = Stream.of(given.split(",", -1)).map(Double::valueOf).toList();
      Box box = new Box(numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3));
      box.on(new Scales.Size(1, 1), 1, false); // checks the order
      return box;
    } catch (NumberFormatException e) {
      throw new UsageException("--mask: four numbers top,left,bottom,right; got " + given);
    }
  }

  private static Path file(String given) {
    try {
      Path file = Path.of(given);
      if (Files.isRegularFile(file)) {
        return file;
      }
    } catch (InvalidPathException e) {
      // said below
    }
    throw new UsageException(
        "--mask: a box such as 0.1,0.1,0.8,0.8 or a picture; got "
            + given
            + ", which is neither — check the path");
  }

  /**
   * The mask on the finest grid of a model.
   *
   * @param size the side of the square that is edited
   * @param keep whether this part is kept rather than repainted
   */
  default EditMask on(Scales.Size map, int size, boolean keep) {
    return switch (this) {
      case Box(double top, double left, double bottom, double right) -> {
        try {
          yield keep
              ? EditMask.keepBox(map, top, left, bottom, right)
              : EditMask.repaintBox(map, top, left, bottom, right);
        } catch (IllegalArgumentException e) {
          throw new UsageException("--" + e.getMessage());
        }
      }
      case Picture(RgbImage image) -> {
        RgbImage cut = Pictures.cut(image, size, size);
        float[] kept = new float[size * size];
        for (int i = 0; i < kept.length; i++) {
          int rgb = cut.rgb(i % size, i / size);
          int grey = ((rgb >> 16 & 255) + (rgb >> 8 & 255) + (rgb & 255)) / 3;
          kept[i] = (grey >= WHITE) == keep ? 1 : 0;
        }
        yield EditMask.of(map, size, size, kept);
      }
    };
  }
}
