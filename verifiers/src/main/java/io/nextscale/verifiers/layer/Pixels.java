package io.nextscale.verifiers.layer;

import io.nextscale.image.Crop;
import io.nextscale.image.Resample;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;

/**
 * Pictures as CLIP and its descendants take them: the shorter edge resized to the size with
 * Pillow's bicubic filter, the square in the middle, then {@code (x − mean) / std} per channel.
 *
 * <p>Resizing works on bytes, as Pillow does it. Pictures that have the size already stay as they
 * are, unrounded.
 *
 * <p>Source: openai/CLIP clip/clip.py, _transform @d05afc4.
 *
 * @param size the side in pixels
 */
public record Pixels(int size) {

  private static final Tensor MEAN = Tensor.of(Shape.of(3), 0.48145466f, 0.4578275f, 0.40821073f);

  private static final Tensor STD = Tensor.of(Shape.of(3), 0.26862954f, 0.26130258f, 0.27577711f);

  /** Checks the range. */
  public Pixels {
    if (size < 1) {
      throw new IllegalArgumentException("pixels: a side of at least 1; got " + size);
    }
  }

  /**
   * Pictures at the size of a network.
   *
   * @param images (B,h,w,3) in [0, 1]
   * @return (B,size,size,3), of mean about 0 and deviation about 1
   * @throws ShapeException when these are no pictures
   */
  public Tensor of(Tensor images) {
    Shape shape = images.shape();
    if (shape.rank() != 4 || shape.dim(3) != 3) {
      throw new ShapeException("pixels: pictures (B, h, w, 3); got " + shape);
    }
    boolean fits = shape.dim(1) == size && shape.dim(2) == size;
    return (fits ? images : resized(images)).minus(MEAN).div(STD);
  }

  private Tensor resized(Tensor images) {
    int count = images.shape().dim(0);
    int h = images.shape().dim(1);
    int w = images.shape().dim(2);
    float[] values = images.toArray();
    float[] small = new float[count * size * size * 3];
    for (int i = 0; i < count; i++) {
      RgbImage picture = RgbImage.of(bytes(values, i * h * w * 3, h * w * 3), h, w);
      RgbImage fitted =
          Crop.centre(Resample.shorterEdge(picture, size, Resample.Filter.BICUBIC), size);
      byte[] rgb = fitted.toBytes();
      for (int j = 0; j < rgb.length; j++) {
        small[i * rgb.length + j] = (rgb[j] & 0xff) / 255f;
      }
    }
    return Tensor.of(Shape.of(count, size, size, 3), small);
  }

  /** The nearest bytes, so that pictures that were bytes once are these bytes again. */
  private static byte[] bytes(float[] values, int from, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) Math.round(Math.clamp(values[from + i], 0f, 1f) * 255);
    }
    return bytes;
  }
}
