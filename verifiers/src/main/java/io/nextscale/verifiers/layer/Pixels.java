package io.nextscale.verifiers.layer;

import io.nextscale.image.Crop;
import io.nextscale.image.Resample;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;

/**
 * Pictures as a network takes them: the shorter edge resized with a filter of Pillow, the square in
 * the middle, then {@code (x − mean) / deviation} per channel.
 *
 * <p>Resizing works on bytes, as Pillow does it. Pictures whose shorter edge has the length already
 * stay as they are, unrounded.
 *
 * @param edge the shorter edge in pixels, at least the side
 * @param size the side of the square in pixels, at least 1
 * @param filter for resizing
 * @param normalisation of the channels
 */
public record Pixels(
    int edge, int size, Resample.Filter filter, Pixels.Normalisation normalisation) {

  /** Mean and deviation of red, green and blue over the pictures that a network learnt from. */
  public enum Normalisation {
    /** Source: openai/CLIP clip/clip.py, _transform @d05afc4. */
    CLIP(
        Tensor.of(Shape.of(3), 0.48145466f, 0.4578275f, 0.40821073f),
        Tensor.of(Shape.of(3), 0.26862954f, 0.26130258f, 0.27577711f)),
    /** Source: pytorch/vision torchvision/transforms/_presets.py, ImageClassification v0.14.1. */
    IMAGENET(
        Tensor.of(Shape.of(3), 0.485f, 0.456f, 0.406f),
        Tensor.of(Shape.of(3), 0.229f, 0.224f, 0.225f));

    private final Tensor mean;
    private final Tensor deviation;

    Normalisation(Tensor mean, Tensor deviation) {
      this.mean = mean;
      this.deviation = deviation;
    }

    private Tensor of(Tensor images) {
      return images.minus(mean).div(deviation);
    }
  }

  /** Checks the ranges. */
  public Pixels {
    if (size < 1 || edge < size) {
      throw new IllegalArgumentException(
          "pixels: a side of at least 1, and an edge of at least the side; got side %d, edge %d"
              .formatted(size, edge));
    }
  }

  /**
   * As CLIP and its descendants take them: bicubic, nothing cut off the shorter edge.
   *
   * @param size the side in pixels
   */
  public Pixels(int size) {
    this(size, size, Resample.Filter.BICUBIC, Normalisation.CLIP);
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
    int h = shape.dim(1);
    int w = shape.dim(2);
    return normalisation.of(Math.min(h, w) == edge ? middle(images, h, w) : resized(images, h, w));
  }

  private Tensor middle(Tensor images, int h, int w) {
    int top = Crop.before(h, size);
    int left = Crop.before(w, size);
    return images.slice(1, top, top + size).slice(2, left, left + size);
  }

  private Tensor resized(Tensor images, int h, int w) {
    int count = images.shape().dim(0);
    float[] values = images.toArray();
    float[] small = new float[count * size * size * 3];
    for (int i = 0; i < count; i++) {
      RgbImage picture = RgbImage.of(bytes(values, i * h * w * 3, h * w * 3), h, w);
      RgbImage fitted = Crop.centre(Resample.shorterEdge(picture, edge, filter), size);
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
