package io.nextscale.cli;

import io.nextscale.image.Crop;
import io.nextscale.image.ImageFile;
import io.nextscale.image.Resample;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Between picture files and tensors. */
final class Pictures {

  private Pictures() {}

  /**
   * The picture in a file.
   *
   * @throws UsageException naming the flag when there is none
   */
  static RgbImage read(String flag, Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UsageException(
          flag
              + ": a picture; got "
              + file
              + (Files.isDirectory(file) ? ", a folder" : ", which does not exist")
              + " — check the path");
    }
    try {
      return ImageFile.read(file);
    } catch (IOException e) {
      throw new UsageException(flag, e);
    }
  }

  /**
   * A picture as a model reads it: shorter edge resized to the size, the middle cut out, as the
   * reference's evaluation does.
   */
  static RgbImage cut(RgbImage image, int height, int width) {
    if (image.height() == height && image.width() == width) {
      return image;
    }
    int size = Math.max(height, width);
    RgbImage resized = Resample.shorterEdge(image, size, Resample.Filter.LANCZOS);
    RgbImage square = Crop.centre(resized, size);
    return height == width
        ? square
        : Crop.at(square, (size - width) / 2, (size - height) / 2, width, height);
  }

  /** (1,h,w,3) in [-1, 1]. */
  static Tensor tensor(RgbImage image) {
    return Tensor.of(Shape.of(1, image.height(), image.width(), 3), image.toFloats());
  }

  /** One image of a batch (B,h,w,3) in [-1, 1]. */
  static RgbImage fromSigned(Tensor images, int index) {
    int h = images.shape().dim(1);
    int w = images.shape().dim(2);
    return RgbImage.fromFloats(images.toArray(), index * h * w * 3, h, w);
  }

  /** One image of a batch (B,h,w,3) in [0, 1]: times 255, the fraction dropped. */
  static RgbImage fromUnit(Tensor images, int index) {
    int h = images.shape().dim(1);
    int w = images.shape().dim(2);
    float[] values = images.toArray();
    byte[] rgb = new byte[h * w * 3];
    for (int i = 0; i < rgb.length; i++) {
      float v = values[index * rgb.length + i];
      rgb[i] = (byte) (int) (Math.min(Math.max(v, 0), 1) * 255);
    }
    return RgbImage.of(rgb, h, w);
  }
}
